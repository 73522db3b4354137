import { isDeepStrictEqual } from "node:util";
import {
  endOf,
  endOfLine,
  keyOf,
  keyStart,
  mapAt,
  parseYamlText,
  sameElsewhere,
  startOfLine,
  valuesAt,
  type YamlText,
} from "./yaml-place.ts";

/** A wave that was cut out of the plan. */
export interface CutWave {
  /** The plan without it. */
  readonly rest: string;
  /** The wave's fields with their comments, as they stood, no longer indented. */
  readonly body: string;
}

/**
 * Cuts a wave out of `waves` of the plan's text, with the comment right above it. The rest stays as it is, byte for byte;
 * both results are parsed again and must say what was meant.
 * @returns null when that cannot be done in this text: a person has to
 */
export function cutWave(text: string, wave: string): CutWave | null {
  const before = parseYamlText(text);
  const waves = mapAt(before, ["waves"]);
  const fields = mapAt(before, ["waves", wave]);
  const index = waves?.items.findIndex((pair) => keyOf(pair) === wave) ?? -1;
  const pair = waves?.items[index];
  const [start, inner] = [keyStart(pair), keyStart(fields?.items[0])];
  if (waves === null || pair === undefined || start === null || inner === null) return null;
  if (waves.flow === true || fields?.flow === true) return null;
  const line = startOfLine(text, start);
  const indent = text.slice(line, start);
  const from = withCommentsAbove(text, line, indent);
  const next = keyStart(waves.items[index + 1]);
  const to =
    next === null
      ? withDeeperComments(text, endOfLine(text, endOf(pair)), indent)
      : withCommentsAbove(text, startOfLine(text, next), indent);
  const above = dedented(text.slice(from, line), indent.length);
  const body = above + dedented(text.slice(endOfLine(text, start), to), inner - startOfLine(text, inner));
  const rest = `${waves.items.length > 1 ? text.slice(0, from) : withoutWaves(before, from)}${text.slice(to)}`;
  const { [wave]: cut, ...others } = valuesAt(before, ["waves"]);
  const after = parseYamlText(rest);
  const good =
    isDeepStrictEqual(valuesAt(after, ["waves"]), others) &&
    isDeepStrictEqual(valuesAt(parseYamlText(body), []), cut) &&
    sameElsewhere(before, after, ["waves"]);
  return good ? { rest, body } : null;
}

/** The text up to an offset, with an empty map for `waves`: nothing is no map. */
function withoutWaves(yaml: YamlText, to: number): string {
  const { text } = yaml;
  const key = keyStart(mapAt(yaml, [])?.items.find((pair) => keyOf(pair) === "waves")) ?? 0;
  const after = text.indexOf(":", key) + 1;
  return `${text.slice(0, after)} {}${text.slice(after, to)}`;
}

/** Beginning of the comment lines right above a line, indented as it is. */
function withCommentsAbove(text: string, line: number, indent: string): number {
  let from = line;
  while (from > 0) {
    const above = startOfLine(text, from - 1);
    if (!text.startsWith(`${indent}#`, above)) return from;
    from = above;
  }
  return from;
}

/** End of the comment lines right below that are indented deeper: the last of what they follow. */
function withDeeperComments(text: string, end: number, indent: string): number {
  const comments = new RegExp(`(?:${indent} +#[^\\n]*(?:\\n|$))*`, "y");
  comments.lastIndex = end;
  return end + (comments.exec(text)?.[0].length ?? 0);
}

/** Lines with so many blanks less in front, as far as they have them. */
const dedented = (text: string, blanks: number): string =>
  blanks === 0 ? text : text.replace(new RegExp(`^ {1,${blanks}}`, "gm"), "");
