import { isDeepStrictEqual } from "node:util";
import type { YAMLMap } from "yaml";
import { shown } from "../shown.ts";
import {
  endOf,
  endOfLine,
  keyStart,
  mapAt,
  parseYamlText,
  sameElsewhere,
  startOfLine,
  type Values,
  valuesAt,
} from "./yaml-place.ts";

/**
 * Adds VMs (keys) without overrides at the end of the map at a path of a YAML text, under a comment that says why. The
 * rest stays as it is, byte for byte. The result is parsed again and must say what was meant.
 * @returns null when that cannot be done in this text: a person has to
 */
export function addVms(text: string, path: readonly string[], keys: readonly string[], why: string): string | null {
  const before = parseYamlText(text);
  const map = mapAt(before, path);
  if (map === null) return null;
  const edited = map.flow === true ? inFlow(text, map, keys) : inBlock(text, map, keys, why);
  if (edited === null) return null;
  const after = parseYamlText(edited);
  const wanted = { ...valuesAt(before, path), ...Object.fromEntries(keys.map((key) => [key, null])) };
  const good = isDeepStrictEqual(decided(valuesAt(after, path)), decided(wanted));
  return good && sameElsewhere(before, after, path) ? edited : null;
}

function inBlock(text: string, map: YAMLMap, keys: readonly string[], why: string): string | null {
  const [start, last] = [keyStart(map.items[0]), map.items.at(-1)];
  if (start === null || last === undefined) return null;
  const indent = text.slice(startOfLine(text, start), start);
  if (!/^ *$/.test(indent)) return null;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text.slice(0, endOfLine(text, endOf(last)));
  const lines = [`# ${shown(why, 200)}`, ...keys.map((key) => `${quoted(key)}:`)];
  const added = lines.map((line) => `${indent}${line}${newline}`).join("");
  return `${before}${before.endsWith("\n") ? "" : newline}${added}${text.slice(before.length)}`;
}

function inFlow(text: string, { range, items }: YAMLMap, keys: readonly string[]): string | null {
  const close = (range?.[1] ?? 0) - 1;
  if (text[close] !== "}") return null;
  const before = text.slice(0, close).trimEnd();
  const rest = text.slice(before.length);
  const added = keys.map((key) => `${quoted(key)}: {}`).join(", ");
  return `${before}${items.length === 0 ? " " : ", "}${added}${rest.startsWith("}") ? " " : ""}${rest}`;
}

/** Keys such as 007, null and --- mean something else to YAML without quotes. */
const quoted = (key: string): string =>
  /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z][a-z0-9-]*$/.test(key) ? key : JSON.stringify(key);

/** No overrides are written as nothing or as {}. */
const decided = (vms: Values): Values =>
  Object.fromEntries(Object.entries(vms).map(([key, overrides]) => [key, overrides ?? {}]));
