import type { Cell } from "./cell.ts";
import { flat } from "./flat.ts";
import { SheetError, XmlStream } from "./xml-stream.ts";

/** Characters of one cell; Excel's own limit is 32,767. */
const LONGEST_CELL = 65_536;
/** Excel's last column is XFD. */
const MOST_COLUMNS = 16_384;
/** Shared strings of one workbook: count, and characters in all. */
const MOST_STRINGS = 4_000_000;
const MOST_CHARACTERS = 128 * 2 ** 20;

/** Something that takes the text of an XML part, chunk by chunk, and is told its end. */
export interface PartReader {
  readonly write: (text: string) => void;
  readonly end: () => void;
}

/** Reads xl/sharedStrings.xml into `strings`. */
export function sharedStringsReader(strings: string[]): PartReader {
  let current: string | null = null;
  let characters = 0;
  let isText = false;
  let phonetic = 0;
  return new XmlStream({
    open: (name) => {
      if (name === "si") current = "";
      if (name === "rPh") phonetic += 1;
      isText = name === "t" && phonetic === 0;
    },
    text: (text) => {
      if (isText && current !== null && current.length < LONGEST_CELL) current += text;
    },
    close: (name) => {
      isText = false;
      if (name === "rPh") phonetic -= 1;
      if (name !== "si" || current === null) return;
      characters += current.length;
      if (strings.length >= MOST_STRINGS || characters > MOST_CHARACTERS)
        throw new SheetError(`more than ${MOST_STRINGS} shared strings, or ${MOST_CHARACTERS} characters of them`);
      strings.push(flat(unescaped(current)));
      current = null;
    },
  });
}

/** Where the rows of a sheet go. */
export interface RowSink {
  readonly wants: (column: number) => boolean;
  readonly add: (line: number, cells: readonly Cell[]) => void;
}

/** Reads a worksheet. Of a formula the value counts that was stored with it; nothing is calculated. */
export function sheetReader(strings: readonly string[], sink: RowSink): PartReader {
  let line = 0;
  let column = -1;
  let type = "n";
  let cells: Cell[] | null = null;
  let value: string | null = null;
  let isValue = false;
  let phonetic = 0;
  return new XmlStream({
    open: (name, attributes) => {
      if (name === "rPh") phonetic += 1;
      if (name === "row") {
        line = wholeOf(attributes["r"]) ?? line + 1;
        column = -1;
        cells = [];
      } else if (name === "c") {
        column = columnOf(attributes["r"]) ?? column + 1;
        if (column >= MOST_COLUMNS) throw new SheetError(`more than ${MOST_COLUMNS} columns`);
        type = attributes["t"] ?? "n";
        value = null;
      } else isValue = (name === "v" || name === "t") && phonetic === 0;
    },
    text: (text) => {
      if (isValue && sink.wants(column) && (value?.length ?? 0) < LONGEST_CELL) value = (value ?? "") + text;
    },
    close: (name) => {
      if (name === "c" && value !== null && cells !== null) cells[column] = cellOf(type, value, strings);
      if (name === "c") value = null;
      if (name === "rPh") phonetic -= 1;
      if (name === "v" || name === "t") isValue = false;
      if (name !== "row" || cells === null) return;
      sink.add(
        line,
        Array.from(cells, (cell) => cell ?? null),
      );
      cells = null;
    },
  });
}

function cellOf(type: string, value: string, strings: readonly string[]): Cell {
  switch (type) {
    case "s": {
      const index = wholeOf(value);
      const text = index === null ? undefined : strings[index];
      if (text === undefined) throw new SheetError(`shared string ${value.slice(0, 20)}, which there is not`);
      return text;
    }
    case "b":
      return value.trim() === "1" || value.trim() === "true";
    case "n": {
      const number = Number(value);
      return value.trim() === "" ? null : Number.isFinite(number) ? number : value;
    }
    case "e":
      return null;
    default:
      return flat(unescaped(value));
  }
}

/** `_x000D_` stands for the character 0x0D, and `_x005F_` for an underscore that would begin such a thing. */
function unescaped(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function wholeOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}

/** "B12" is column 1. */
function columnOf(reference: string | undefined): number | null {
  const letters = /^([A-Z]{1,3})\d*$/.exec(reference ?? "")?.[1];
  if (letters === undefined) return null;
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
