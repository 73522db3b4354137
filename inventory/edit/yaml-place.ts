import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isNode, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import { z } from "zod";
import { own } from "../own.ts";

/** Where things stand in a YAML text that people wrote, and what it says: for edits that leave the rest as it is. */

const Values = z.record(z.string(), z.unknown());
export type Values = Readonly<Record<string, unknown>>;

/** A text, parsed once. */
export interface YamlText {
  readonly text: string;
  readonly root: unknown;
  /** What it says as plain data; undefined when it is no YAML. */
  readonly value: unknown;
}

export function parseYamlText(text: string): YamlText {
  const document = parseDocument(text, { stringKeys: true, uniqueKeys: true, logLevel: "silent" });
  return { text, root: document.contents, value: document.errors.length > 0 ? undefined : valueOf(document) };
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 200 }) as unknown;
  } catch {
    return undefined; // an alias without its anchor, or too many
  }
}

/** The map at a path of keys, null when there is none (also where an alias stands for it). */
export function mapAt({ root }: YamlText, path: readonly string[]): YAMLMap | null {
  let node = root;
  for (const key of path) node = isMap(node) ? node.items.find((pair) => keyOf(pair) === key)?.value : null;
  return isMap(node) ? node : null;
}

export const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : "");

/** Offset of the pair's key. */
export function keyStart(pair: Pair | undefined): number | null {
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
}

/** Offset after the pair's value; after its key where it has none. */
export function endOf({ key, value }: Pair): number {
  const keyEnd = isNode(key) ? (key.range?.[1] ?? 0) : 0;
  return Math.max(keyEnd, isNode(value) ? (value.range?.[1] ?? 0) : 0);
}

/** Offset of the beginning of the line. */
export const startOfLine = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

/** Offset after the line's end; what ends with its line (a block of text) ends there already. */
export function endOfLine(text: string, at: number): number {
  if (text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

/** The map at a path as plain data; empty when there is none. */
export function valuesAt({ value }: YamlText, path: readonly string[]): Values {
  let node = value;
  for (const key of path) node = own(Values.safeParse(node).data, key);
  return Values.safeParse(node).data ?? {};
}

/** Whether two texts say the same, the maps at the path apart. */
export function sameElsewhere(a: YamlText, b: YamlText, path: readonly string[]): boolean {
  if (a.value === undefined || b.value === undefined) return false;
  return isDeepStrictEqual(without(a.value, path), without(b.value, path));
}

function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  const values = Values.safeParse(value).data;
  if (key === undefined || values === undefined) return null;
  return { ...values, [key]: without(own(values, key), rest) };
}
