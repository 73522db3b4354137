import { compareText } from "./order.ts";

/** JSON with sorted keys, 2 spaces and a final newline: a file whose git diff shows changes of content only. */
export function toSortedJson(value: unknown): string {
  return `${printableJson(sorted(value), 2)}\n`;
}

/**
 * JSON whose text steers no terminal, whatever names of a source stand in it: JSON.stringify escapes control characters of
 * ASCII only, not those beyond it, nor marks that turn the line round. The value read back is the same.
 */
export function printableJson(value: unknown, indent: number): string {
  return JSON.stringify(value, null, indent).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join(""),
  );
}

const escaped = (code: number): string => `\\u${code.toString(16).padStart(4, "0")}`;

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
