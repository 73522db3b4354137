import type { z } from "zod";
import { knownKeys, nearest } from "./known-keys.ts";
import { shown } from "./shown.ts";
import type { Path } from "./source-document.ts";

/** One thing that does not fit the schema, in words. */
export interface Mismatch {
  readonly path: Path;
  /** Whether the key is wrong, not its value. */
  readonly at: "key" | "value";
  readonly expected: string;
  readonly advice: string;
}

type Issue = z.core.$ZodIssue;

/** zod's issues in words for the person who wrote the file. */
export function mismatches(issues: readonly Issue[], schema: z.ZodType, value: unknown): Mismatch[] {
  return issues.flatMap((issue) => ofIssue(issue, [], schema, value));
}

function ofIssue(issue: Issue, prefix: Path, schema: z.ZodType, value: unknown): Mismatch[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, schema));
  if (issue.code === "invalid_key") {
    const expected = `as a key: ${issue.issues.map(expectation).join(", ")}`;
    return [{ path, at: "key", expected, advice: "rename it" }];
  }
  if (issue.code === "invalid_union") {
    const branch = meantBranch(issue.errors);
    if (branch !== null) return branch.flatMap((inner) => ofIssue(inner, path, schema, value));
  }
  return [{ path, at: "value", expected: expectation(issue), advice: advice(path, value, issue) }];
}

/** The one alternative that has the right shape and is wrong only inside, if there is just one. */
function meantBranch(errors: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const inside = errors.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return inside.length === 1 ? (inside[0] ?? null) : null;
}

function unknownKey(key: string, path: Path, schema: z.ZodType): Mismatch {
  const known = knownKeys(schema, path);
  const meant = nearest(key, known);
  const expected = known.length === 0 ? "no such key" : `a known key (${known.join(", ")})`;
  const advice = meant === null ? "remove it" : `did you mean ${meant}? Else remove it`;
  return { path: [...path, key], at: "key", expected, advice };
}

function advice(path: Path, value: unknown, issue: Issue): string {
  const key = path.at(-1);
  const there = valueAt(value, path);
  if (there === undefined && typeof key === "string") return `add ${shown(key)}`;
  const meant = typeof there === "string" ? nearest(there, choices(issue)) : null;
  return meant === null ? "correct the value" : `did you mean ${meant}?`;
}

/** The values that an issue allows, where it allows only some. */
function choices(issue: Issue): string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  if (issue.code !== "invalid_union") return [];
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  return [...options, ...issue.errors.flatMap((issues) => issues.flatMap(choices))];
}

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, part) => {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, part)) return undefined;
    return Object.entries(node).find(([key]) => key === String(part))?.[1] as unknown;
  }, value);
}

const types: Partial<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
  null: "null",
};

const formats: Partial<Record<string, string>> = {
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  cidrv4: "an IPv4 network such as 10.0.0.0/8",
  cidrv6: "an IPv6 network such as 2001:db8::/32",
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return types[issue.expected] ?? issue.expected;
    case "invalid_value":
      return oneOf(issue.values.map((value) => (value === null ? "null" : String(value))));
    case "invalid_format":
      return issue.message.startsWith("Invalid")
        ? (formats[issue.format] ?? `text like ${patternOf(issue)}`)
        : issue.message;
    case "too_small":
      if (issue.origin === "string" && issue.minimum === 1) return "text that is not empty";
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unit(issue.origin)}`;
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "invalid_union":
      return union(issue);
    default:
      return issue.message;
  }
}

function union(issue: Extract<Issue, { code: "invalid_union" }>): string {
  if ("options" in issue && Array.isArray(issue.options)) return oneOf(issue.options.map(String));
  const alternatives = issue.errors.flatMap((issues) => issues.slice(0, 1).map(expectation));
  return [...new Set(alternatives)].join(" or ");
}

function patternOf(issue: Extract<Issue, { code: "invalid_format" }>): string {
  return "pattern" in issue && typeof issue.pattern === "string" ? issue.pattern : issue.format;
}

function unit(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " entries" : "";
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? "") : `one of ${values.join(", ")}`;
}
