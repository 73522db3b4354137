import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Fault, FaultsError } from "../inventory/fault.ts";
import { shown } from "../inventory/shown.ts";
import { ownRule, type OwnRules } from "../planning/concerns/own-rule.ts";

/** Where the operators' own rules are. */
export const ownRulesPath = (inventory: string): string => path.join(inventory, "rules");

/**
 * Loads the rules of the operators, by name of the file: each exports one as `rule`. There need be none. This runs their
 * code: nothing else than the files of this one folder is loaded, and no link is followed out of it.
 * @throws {FaultsError} with the faults of all files
 */
export async function loadOwnRules(inventory: string): Promise<OwnRules> {
  const folder = ownRulesPath(inventory);
  const loaded: OwnRules[] = [];
  const faults: Fault[] = [];
  for (const { name, isPlain } of await ruleFiles(folder)) {
    const file = path.join(folder, name);
    const result = isPlain ? await loadOne(file) : { faults: [fault(file, "a link", "a plain file", "copy it there")] };
    if ("faults" in result) faults.push(...result.faults);
    else loaded.push(result.own);
    const id = "own" in result ? result.own.rules[0]?.id : undefined;
    if (id !== undefined && loaded.filter(({ rules }) => rules[0]?.id === id).length > 1)
      faults.push(fault(file, id, "an id that no other rule has", "give it another id"));
  }
  if (faults.length > 0) throw new FaultsError(faults);
  return { rules: loaded.flatMap(({ rules }) => rules), facts: loaded.flatMap(({ facts }) => facts) };
}

async function loadOne(file: string): Promise<ReturnType<typeof ownRule>> {
  // A preview runs without stack traces, which tsx needs to see who loads a module (index.ts).
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.max(limit, 10);
  try {
    const exported: unknown = await import(pathToFileURL(path.resolve(file)).href);
    return ownRule(file, ruleOf(exported));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const expected = "a module that can be loaded and exports `rule`";
    return { faults: [fault(file, shown(message, 300), expected, "correct it; see docs/own-rules.md")] };
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** A CommonJS file's exports come as the default one. */
function ruleOf(exported: unknown): unknown {
  if (typeof exported !== "object" || exported === null) return undefined;
  if ("rule" in exported) return exported.rule;
  return "default" in exported ? ruleOf(exported.default) : undefined;
}

function fault(file: string, value: string, expected: string, advice: string): Fault {
  return { file, line: null, vm: null, path: "", value, expected, advice };
}

async function ruleFiles(folder: string): Promise<{ name: string; isPlain: boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => /^[^.].*\.(ts|mts|mjs|js)$/.test(entry.name) && !/\.(test|d)\.m?ts$/.test(entry.name))
      .map((entry) => ({ name: entry.name, isPlain: entry.isFile() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
