import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Fault } from "../../fault.ts";
import { shown } from "../../shown.ts";
import { type Finding, type Reader, sourceFault } from "../reader.ts";
import { readCsv } from "./csv.ts";
import { csvText } from "./csv-text.ts";
import { readExport } from "./export.ts";
import { Budget } from "./table-builder.ts";
import { type TabName, tabNamed } from "./tabs.ts";
import { readXlsx, type ReadTabs } from "./xlsx.ts";

/** vInfo of 50,000 VMs has about 60 MiB. */
const LARGEST_CSV = 96 * 2 ** 20;
/** RVTools' exports of several vCenters lie in folders beside each other. */
const DEEPEST = 3;

/** The files of one export: a workbook, or the CSVs of its tabs. */
interface ExportFiles {
  /** Stands for the vCenter where the export does not name it: the next export should come to the same. */
  readonly place: string;
  readonly files: readonly string[];
}

/**
 * Exports of RVTools: a workbook (.xlsx), a CSV of vInfo, or a folder of either. CSVs that begin with the same text
 * (RVTools_tabvInfo.csv, RVTools_tabvDisk.csv) are one export.
 */
export const readRvtools: Reader = async function* (place, { progress = () => undefined }) {
  const found = await exportsAt(place, 0);
  if (found.length === 0) {
    const expected = "an .xlsx workbook or CSVs of RVTools, among them RVTools_tabvInfo.csv";
    yield {
      fault: sourceFault(place, null, "", "none", expected, "export all tabs in RVTools, and give file or folder"),
    };
  }
  for (const one of found) yield* readOne(one, progress);
};

async function* readOne({ place, files }: ExportFiles, progress: (message: string) => void): AsyncIterable<Finding> {
  const [first = place] = files;
  const { tables, faults } = isCsv(first) ? await readCsvs(files, progress) : await readXlsx(first, progress);
  for (const fault of faults) yield { fault };
  if (tables.some(({ tab }) => tab === "vInfo")) yield* readExport(tables, place);
  else if (faults.length === 0)
    yield { fault: sourceFault(first, null, "", "no tab vInfo", "the tab vInfo", "export all tabs in RVTools") };
}

const isCsv = (file: string): boolean => /\.(csv|tsv|txt)$/i.test(file);

/** Symbolic links are not followed: they may lead out of the folder. */
async function exportsAt(place: string, depth: number): Promise<ExportFiles[]> {
  if (!(await stat(place)).isDirectory()) return [{ place: path.basename(place), files: [place] }];
  const entries = (await readdir(place, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const below = entries.filter((entry) => entry.isDirectory() && depth < DEEPEST);
  const nested = await Promise.all(below.map(({ name }) => exportsAt(path.join(place, name), depth + 1)));
  // "~$name.xlsx" is the lock of an Excel that has it open.
  const workbooks = files.filter((name) => /\.xlsx$/i.test(name) && !name.startsWith("~$"));
  const folder = path.basename(path.resolve(place));
  const groups = new Map<string, string[]>();
  for (const name of files.filter((one) => /\.csv$/i.test(one))) {
    const tab = tabNamed(name);
    if (tab === null) continue;
    const start = name.slice(0, name.length - `${tab}.csv`.length).toLowerCase();
    groups.set(start, [...(groups.get(start) ?? []), path.join(place, name)]);
  }
  return [
    ...workbooks.map((name) => ({ place: name, files: [path.join(place, name)] })),
    ...[...groups].map(([start, csvs]) => ({ place: `${folder}/${start.replace(/tab$/, "")}`, files: csvs })),
    ...nested.flat(),
  ];
}

async function readCsvs(files: readonly string[], progress: (message: string) => void): Promise<ReadTabs> {
  const budget = new Budget();
  const read = [];
  for (const file of files) {
    progress(shown(path.basename(file)));
    const bytes = await bytesOf(file);
    read.push(
      bytes instanceof Uint8Array
        ? readCsv(tabNamed(path.basename(file)) ?? onlyTab, file, csvText(bytes), budget)
        : { table: null, faults: [bytes] },
    );
  }
  return {
    tables: read.flatMap(({ table }) => (table === null ? [] : [table])),
    faults: read.flatMap(({ faults }) => faults),
  };
}

/** A CSV of another name that was given by itself can only be meant to be the tab that there must be. */
const onlyTab: TabName = "vInfo";

async function bytesOf(file: string): Promise<Uint8Array | Fault> {
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      if (size <= LARGEST_CSV) return await handle.readFile();
      const expected = `at most ${LARGEST_CSV} bytes`;
      return sourceFault(file, null, "", `${size} bytes`, expected, "export one vCenter at a time");
    } finally {
      await handle.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return sourceFault(file, null, "", shown(reason, 160), "a file that can be read", "see its path and permissions");
  }
}
