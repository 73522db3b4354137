import path from "node:path";
import { open } from "node:fs/promises";
import type { Fault } from "../../fault.ts";
import { shown } from "../../shown.ts";
import { sourceFault } from "../reader.ts";
import { Archive } from "./archive.ts";
import type { ReadTab } from "./csv.ts";
import type { Table } from "./table.ts";
import { headersMissing, noHeaders } from "./no-headers.ts";
import { Budget, TableBuilder } from "./table-builder.ts";
import { tabNamed } from "./tabs.ts";
import { readWorkbook, relationsPart, type Sheet, workbookPart } from "./workbook.ts";
import { sharedStringsReader, sheetReader } from "./xml-rows.ts";

/** What was read of an export. */
export interface ReadTabs {
  readonly tables: readonly Table[];
  readonly faults: readonly Fault[];
}

/** Reads the tabs of a workbook, sheet by sheet. Faults, never an exception, where it is damaged or none. */
export async function readXlsx(file: string, progress: (message: string) => void): Promise<ReadTabs> {
  try {
    const archive = await Archive.open(file);
    try {
      return await readSheets(file, archive, progress);
    } finally {
      archive.close();
    }
  } catch (error) {
    return { tables: [], faults: [await unreadable(file, error)] };
  }
}

async function readSheets(file: string, archive: Archive, progress: (message: string) => void): Promise<ReadTabs> {
  const main = workbookPart(await archive.text("_rels/.rels"));
  const index = await archive.text(main);
  const rels = await archive.text(relationsPart(main));
  if (index === null || rels === null) throw new Error("no workbook in the archive");
  const { sheets, strings: stringsPart } = readWorkbook(main, index, rels);
  const strings: string[] = [];
  if (stringsPart !== null && archive.has(stringsPart)) await archive.read(stringsPart, sharedStringsReader(strings));
  const budget = new Budget();
  const read: ReadTab[] = [];
  for (const sheet of sheets) {
    progress(`${path.basename(file)}: ${shown(sheet.name)}`);
    read.push(await readSheet(file, archive, sheet, strings, budget));
  }
  return {
    tables: read.flatMap(({ table }) => (table === null ? [] : [table])),
    faults: read.flatMap(({ faults }) => faults),
  };
}

async function readSheet(
  file: string,
  archive: Archive,
  { name, part }: Sheet,
  strings: readonly string[],
  budget: Budget,
): Promise<ReadTab> {
  const tab = tabNamed(name);
  if (tab === null) return { table: null, faults: [] };
  const place = `${file} [${tab}]`;
  const builder = new TableBuilder(tab, place, budget);
  const sink = {
    wants: (column: number) => builder.wants(column),
    add: (...row: Parameters<TableBuilder["add"]>) => {
      builder.add(...row);
    },
  };
  try {
    await archive.read(part, sheetReader(strings, sink));
    return { table: builder.table, faults: headersMissing(builder) ? [noHeaders(place)] : [] };
  } catch (error) {
    return { table: builder.table, faults: [damaged(place, error, "a whole sheet; the rows before are read")] };
  }
}

function damaged(place: string, error: unknown, expected: string): Fault {
  const reason = error instanceof Error ? error.message : String(error);
  return sourceFault(place, null, "", shown(reason, 160), expected, "export it again, and see that the copy is whole");
}

/** Excel 97 files, and all that Excel protects with a password, are of another format. */
const OLD_FORMAT = "d0cf11e0";

async function unreadable(file: string, error: unknown): Promise<Fault> {
  const expected = "an .xlsx workbook";
  if ((await firstBytes(file)) !== OLD_FORMAT) return damaged(file, error, expected);
  const advice = "open it in Excel and save it as .xlsx, without a password";
  return sourceFault(file, null, "", "an Excel 97 file, or one with a password", expected, advice);
}

async function firstBytes(file: string): Promise<string> {
  try {
    const handle = await open(file, "r");
    try {
      return (await handle.read(Buffer.alloc(4), 0, 4, 0)).buffer.toString("hex");
    } finally {
      await handle.close();
    }
  } catch {
    return "";
  }
}
