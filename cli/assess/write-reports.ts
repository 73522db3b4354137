import { existsSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { assessCsv } from "../../report/assess/csv.ts";
import { type AssessPage, assessPage } from "../../report/assess/page.ts";
import { UserError } from "../failure.ts";
import type { AssessOptions } from "./options.ts";

/** Refuses files that could not be written, before anything is read. @throws {UserError} */
export function expectFolders(options: Pick<AssessOptions, "html" | "csv">): void {
  for (const file of [options.html, options.csv]) {
    if (file === undefined) continue;
    const folder = path.dirname(path.resolve(file));
    if (!existsSync(folder)) throw new UserError(`${file}: there is no folder ${folder}.`);
  }
}

/** Writes the files that were asked for. @returns their names */
export function writeReports(options: Pick<AssessOptions, "html" | "csv">, page: AssessPage): string[] {
  const files = [
    ...(options.html === undefined ? [] : [[options.html, assessPage(page)] as const]),
    ...(options.csv === undefined ? [] : [[options.csv, assessCsv(page.vms)] as const]),
  ];
  for (const [file, text] of files) {
    // Whoever has the page open must not see half of it.
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  }
  return files.map(([file]) => file);
}
