import { CsvError, parse } from "csv-parse/sync";
import type { Fault } from "../../fault.ts";
import { shown } from "../../shown.ts";
import { sourceFault } from "../reader.ts";
import { flat } from "./flat.ts";
import { headersMissing, noHeaders } from "./no-headers.ts";
import type { Table } from "./table.ts";
import { type Budget, TableBuilder, TooLargeError } from "./table-builder.ts";
import type { TabName } from "./tabs.ts";

/** A row has about 100 cells, and a cell at most 32,767 characters (Excel's limit). */
const LONGEST_ROW = 4 * 2 ** 20;
/** More columns than any generation of RVTools has with all custom attributes. */
const MOST_COLUMNS = 4096;

/** A tab that was read, whole or up to where it is damaged, and what is wrong with it. */
export interface ReadTab {
  readonly table: Table | null;
  readonly faults: readonly Fault[];
}

/** Reads the CSV of a tab, as RVTools or a spreadsheet writes it. Never throws. */
export function readCsv(tab: TabName, file: string, text: string, budget: Budget): ReadTab {
  const builder = new TableBuilder(tab, file, budget);
  const faults: Fault[] = [];
  try {
    parse(text.replace(/^\uFEFF/, ""), {
      delimiter: delimiterOf(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_ROW,
      on_record: (record: unknown, { lines }) => {
        if (!Array.isArray(record)) return null;
        if (record.length > MOST_COLUMNS) throw new TooLargeError(`a row of more than ${MOST_COLUMNS} cells`);
        builder.add(
          lines,
          record.map((cell) => flat(String(cell))),
        );
        return null;
      },
    });
  } catch (error) {
    faults.push(damaged(file, error));
  }
  if (headersMissing(builder)) faults.push(noHeaders(file));
  return { table: builder.table, faults };
}

function damaged(file: string, error: unknown): Fault {
  const reason = error instanceof Error ? error.message : String(error);
  const isCsv = error instanceof CsvError || error instanceof TooLargeError;
  const line = error instanceof CsvError && typeof error["lines"] === "number" ? error["lines"] : null;
  const expected = isCsv ? "a whole CSV of RVTools" : "a CSV that can be read";
  return sourceFault(file, null, "", shown(reason, 160), expected, "export it again; the rows before are read", line);
}

/** The delimiter that the first line has most of, outside quotes; `sep=;` (a line for Excel) says it outright. */
function delimiterOf(text: string): string {
  const line = /^\uFEFF?(?:\s*\n)*([^\n]*)/.exec(text.slice(0, 65_536))?.[1] ?? "";
  const said = /^sep=(.)\s*$/i.exec(line)?.[1];
  if (said !== undefined) return said;
  const plain = line.replace(/"[^"]*"/g, "");
  const count = (delimiter: string): number => plain.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}
