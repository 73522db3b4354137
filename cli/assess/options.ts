import { nearest } from "../../inventory/known-keys.ts";
import { shown } from "../../inventory/shown.ts";
import { worstCategories } from "../../planning/assess/assessed-vm.ts";
import { type AssessFilter, type PatternField, patternFields } from "../../planning/assess/filter.ts";
import { defaultSort, type SortBy, sortFields } from "../../planning/assess/sort.ts";
import { complexityLevels } from "../../planning/complexity.ts";
import { parseBytes } from "../../report/amounts.ts";
import { UserError } from "../failure.ts";

/** What stands on the command line. */
export interface AssessOptions extends Partial<Readonly<Record<PatternField, string[]>>> {
  readonly inventory?: string;
  readonly wave?: string;
  readonly category?: string[];
  readonly complexity?: string[];
  readonly minSize?: string;
  readonly maxSize?: string;
  readonly sort?: string;
  readonly limit?: string;
  readonly details: boolean;
  readonly json: boolean;
  readonly html?: string;
  readonly csv?: string;
  readonly check: boolean;
}

/** @throws {UserError} for a value that is none, with those that there are. */
export function filterOf(options: AssessOptions): AssessFilter {
  const patterns = patternFields.flatMap((field) => {
    const values = options[field];
    return values === undefined ? [] : [[field, values] as const];
  });
  options.name?.filter((value) => value.startsWith("/")).forEach(expectExpression);
  const category = options.category?.map((value) => oneOf("--category", value, worstCategories));
  const complexity = options.complexity?.map((value) => oneOf("--complexity", value, complexityLevels));
  return {
    ...Object.fromEntries(patterns),
    ...(category === undefined ? {} : { category }),
    ...(complexity === undefined ? {} : { complexity }),
    ...(options.minSize === undefined ? {} : { minBytes: size("--min-size", options.minSize) }),
    ...(options.maxSize === undefined ? {} : { maxBytes: size("--max-size", options.maxSize) }),
  };
}

/** "size,-name": fields, each with - in front where its order is to be turned round. */
export function sortOf(text: string | undefined): readonly SortBy[] {
  if (text === undefined) return defaultSort;
  return text.split(",").map((part) => {
    const name = part.trim();
    const reverse = name.startsWith("-");
    return { field: oneOf("--sort", reverse ? name.slice(1) : name, sortFields), reverse };
  });
}

/** Rows to print; all when nothing is said. */
export function limitOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (!/^\d{1,9}$/.test(text)) throw new UserError(`--limit ${shown(text)}: a whole number is expected.`);
  return Number(text);
}

function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one.toLowerCase() === text.trim().toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(text, known);
  const hint = meant === null ? "" : ` Did you mean ${meant}?`;
  throw new UserError(`${option}: there is no "${shown(text)}".${hint} There are: ${known.join(", ")}.`);
}

function size(option: string, text: string): number {
  const bytes = parseBytes(text);
  if (bytes === null)
    throw new UserError(`${option} ${shown(text)}: a size is expected, such as 500G or 2T (units of 1,024).`);
  return bytes;
}

function expectExpression(value: string): void {
  if (value.length < 3 || !value.endsWith("/")) return;
  try {
    new RegExp(value.slice(1, -1), "iu");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(`--name ${shown(value)}: no regular expression (${shown(message, 200)}).`);
  }
}
