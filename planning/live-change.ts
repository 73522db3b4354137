import type { Concern } from "../inventory/schema/wave.ts";
import { shown } from "../inventory/shown.ts";

/** One thing that is another at the source than the estate says. */
export interface LiveChange {
  /** Critical: going on would lose data, or copy the wrong thing. */
  readonly category: Concern["category"];
  /** "Hard disk 2 (2001): is new, 10 GiB". One line. */
  readonly text: string;
}

/** A value as people see it; null: the source does not tell. */
type Value = string | number | boolean | null | undefined;

/**
 * The change of one value, if there is one. What one of the two does not tell is no change: a guess would be worse.
 * @param what for example "memory (MiB)"
 */
export function changed(category: Concern["category"], what: string, before: Value, now: Value): LiveChange[] {
  if (before === now || before === null || before === undefined || now === null || now === undefined) return [];
  return [{ category, text: `${what}: ${valueText(before)} -> ${valueText(now)}` }];
}

function valueText(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? shown(value, 120) : String(value);
}

/** What was paired by its key: in both, only before, only now. Sorted by key. */
export function paired<T>(before: readonly T[], now: readonly T[], keyOf: (one: T) => number) {
  const [was, is] = [before, now].map((list) => new Map(list.map((one) => [keyOf(one), one])));
  return [...new Set([...before, ...now].map(keyOf))]
    .sort((a, b) => a - b)
    .map((key) => ({ key, before: was?.get(key) ?? null, now: is?.get(key) ?? null }));
}
