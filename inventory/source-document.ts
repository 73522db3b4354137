import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLError,
} from "yaml";
import type { Fault } from "./fault.ts";
import { toSortedJson } from "./json.ts";
import { shown, shownValue } from "./shown.ts";

/** A path into a file: keys and list positions. */
export type Path = readonly (string | number)[];

/** A parsed YAML or JSON file that still knows on which line everything stands. */
export interface SourceDocument {
  readonly file: string;
  readonly value: unknown;
  /** Line of the value at the path, or of its key; of the nearest part that is there when it is missing. */
  readonly lineOf: (path: Path, at?: "key" | "value") => number | null;
}

/** Most uses of aliases that a hand-written file needs; more is a mistake or an attack (a "billion laughs" bomb). */
const maxAliases = 200;

/** Parses YAML (JSON is a part of it). Syntax errors, duplicate keys, unknown tags and alias bombs are faults. */
export function parseSource(file: string, text: string): SourceDocument | { readonly faults: Fault[] } {
  const written = writtenJson(text);
  if (written !== undefined) {
    return { file, value: written, lineOf: (path, at = "value") => lineOf(parseText(text), path, at) };
  }
  try {
    const parsed = parseText(text);
    const errors = [...parsed.document.errors, ...parsed.document.warnings].slice(0, mostErrors);
    if (errors.length > 0) return { faults: errors.map((error) => syntaxFault(file, text, error, parsed.lines)) };
    const value: unknown = parsed.document.toJS({ maxAliasCount: maxAliases });
    return { file, value, lineOf: (path, at = "value") => lineOf(parsed, path, at) };
  } catch (error) {
    // ReferenceError: too many aliases, or one that contains itself. RangeError: nested deeper than the stack.
    const message = error instanceof Error ? error.message : String(error);
    const expected = `plain nesting and at most ${maxAliases} uses of aliases`;
    return { faults: [wholeFileFault(file, shown(message, 120), expected, "write it out")] };
  }
}

/**
 * The value of a file that this program wrote (estate, wave files), undefined of any other. It is several times faster
 * than the YAML parser, which is then needed only for the lines of faults, and as strict: a text that is exactly what
 * its value is written as has no duplicate keys.
 */
function writtenJson(text: string): unknown {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return toSortedJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Parsed {
  readonly document: Document;
  readonly lines: LineCounter;
}

function parseText(text: string): Parsed {
  const lines = new LineCounter();
  return {
    document: parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, stringKeys: true }),
    lines,
  };
}

/** Syntax errors shown of one file: those after the first few are mostly its consequences. */
const mostErrors = 10;

/** A fault of the file as a whole. */
export function wholeFileFault(file: string, value: string, expected: string, advice: string): Fault {
  return { file, line: null, vm: null, path: "", value, expected, advice };
}

/** What the most common syntax errors mean for somebody who does not know YAML by heart. */
const meanings: Partial<Record<string, { readonly expected: string; readonly advice: string }>> = {
  DUPLICATE_KEY: { expected: "each key once in a map", advice: "remove or rename one of the two" },
  TAB_AS_INDENT: { expected: "spaces for indentation", advice: "replace the tab by spaces" },
  BAD_INDENT: { expected: "the indentation of the lines around it", advice: "indent with the same number of spaces" },
  MULTIPLE_DOCS: { expected: "one document", advice: 'remove the line "---" and what follows, or make it a file' },
  TAG_RESOLVE_FAILED: { expected: "plain YAML without tags", advice: "remove the tag (!...)" },
};

function syntaxFault(file: string, text: string, error: YAMLError, lines: LineCounter): Fault {
  const { line } = lines.linePos(error.pos[0]);
  const there = text.split("\n")[line - 1]?.trim() ?? "";
  const meaning = meanings[error.code] ?? {
    expected: `valid YAML (${shown(error.message, 120)})`,
    advice: "correct it",
  };
  return { file, line, vm: null, path: "", value: shownValue(there), ...meaning };
}

function lineOf({ document, lines }: Parsed, path: Path, at: "key" | "value"): number | null {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const child = childOf(node, part);
    if (child === null) break;
    const last = index === path.length - 1;
    const useKey = child.key !== null && ((last && at === "key") || !isScalar(child.value));
    offset = offsetOf(useKey ? child.key : child.value) ?? offsetOf(child.key) ?? offset;
    node = child.value;
  }
  return offset === null ? null : lines.linePos(offset).line;
}

function childOf(node: unknown, part: string | number): { key: unknown; value: unknown } | null {
  if (isSeq(node)) {
    const value = node.items[Number(part)];
    return value === undefined ? null : { key: null, value };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part));
  return pair === undefined ? null : { key: pair.key, value: pair.value };
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
