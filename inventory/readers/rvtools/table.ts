import { type Cell, cellText } from "./cell.ts";
import { type Field, headersOf, plainHeader } from "./fields.ts";
import { isStandardHeader } from "./standard-headers.ts";
import { type TabName, tabOf } from "./tabs.ts";

/** One row: the cells that are read, in the order of `Columns.kept`. */
export interface Row {
  /** In the file, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
}

/** A tab of an export, with the columns that are read of it. */
export interface Table {
  readonly tab: TabName;
  /** File, and sheet where it has several. */
  readonly file: string;
  readonly columns: Columns;
  readonly rows: readonly Row[];
}

export interface Columns {
  /** Columns of the file, from 0, in order. */
  readonly kept: readonly number[];
  /** Field -> place in a row's cells. */
  readonly fields: ReadonlyMap<Field, number>;
  /** Custom attributes, which are columns of their own (vInfo only): name and place in a row's cells. */
  readonly custom: readonly { readonly name: string; readonly place: number }[];
}

/** The value of a field; null also where the tab has no such column. */
export function cellOf({ columns }: Table, row: Row, field: Field): Cell {
  const place = columns.fields.get(field);
  return place === undefined ? null : (row.cells[place] ?? null);
}

/** Finds the tab's columns in a row of headers; null when it is no such row. */
export function columnsOf(tab: TabName, row: readonly Cell[]): Columns | null {
  const headers = row.map((cell) => cellText(cell) ?? "");
  const plain = headers.map(plainHeader);
  const custom = tab === "vInfo" ? customColumns(plain) : [];
  const found = new Map<Field, number>();
  for (const field of tabOf(tab).fields) {
    const column = headersOf(field)
      .map((header) => plain.findIndex((one, at) => one === header && !custom.includes(at)))
      .find((at) => at >= 0);
    if (column !== undefined) found.set(field, column);
  }
  if (!tabOf(tab).needed.every((field) => found.has(field))) return null;
  const kept = [...new Set([...found.values(), ...custom])].sort((a, b) => a - b);
  const placeOf = (column: number): number => kept.indexOf(column);
  return {
    kept,
    fields: new Map([...found].map(([field, column]) => [field, placeOf(column)])),
    custom: custom.map((column) => ({ name: headers[column] ?? "", place: placeOf(column) })),
  };
}

/**
 * RVTools puts custom attributes between Annotation and Datacenter, under any name that people gave them ("Owner", "Name",
 * even "Host"). A column there is one of RVTools' own only where somebody has moved it: then it is nowhere else. Without
 * these two headers, what RVTools has no column of is custom.
 */
function customColumns(plain: readonly string[]): number[] {
  const from = plain.indexOf("annotation");
  const to = plain.indexOf("datacenter", from + 1);
  const isOwn = (header: string, at: number): boolean =>
    isStandardHeader(header) && !plain.some((other, place) => other === header && place !== at);
  const ordered = from >= 0 && to > from;
  return plain.flatMap((header, at) => {
    if (header === "") return [];
    const between = ordered ? at > from && at < to : !isStandardHeader(header);
    return between && !isOwn(header, at) ? [at] : [];
  });
}
