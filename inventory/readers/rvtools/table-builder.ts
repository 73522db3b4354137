import type { Cell } from "./cell.ts";
import { type Columns, columnsOf, type Row, type Table } from "./table.ts";
import type { TabName } from "./tabs.ts";

/** More rows than an estate has, in all tabs of an export together: 50,000 VMs have about as many. */
const MOST_ROWS = 1_000_000;
/** Characters that are kept of all cells of an export: several times what an estate of 50,000 VMs has. */
const MOST_CHARACTERS = 128 * 2 ** 20;
/** A title may stand above the headers. */
const LAST_HEADER_ROW = 10;

/** Why an export is not read on. */
export class TooLargeError extends Error {
  override readonly name = "TooLargeError";
}

/** What one export may hold, whatever its files say of themselves: shared by all its tabs. */
export class Budget {
  #rows = MOST_ROWS;
  #characters = MOST_CHARACTERS;

  /** @throws {TooLargeError} */
  spend(cells: readonly Cell[]): void {
    this.#rows -= 1;
    for (const cell of cells) this.#characters -= typeof cell === "string" ? cell.length : 0;
    if (this.#rows < 0) throw new TooLargeError(`more than ${MOST_ROWS} rows`);
    if (this.#characters < 0) throw new TooLargeError(`more than ${MOST_CHARACTERS} characters`);
  }
}

/** Makes a table of rows as they come: the first row with the tab's headers, then what is read of the others. */
export class TableBuilder {
  readonly #tab: TabName;
  readonly #file: string;
  readonly #budget: Budget;
  readonly #rows: Row[] = [];
  #columns: Columns | null = null;
  #seen = 0;

  constructor(tab: TabName, file: string, budget: Budget) {
    this.#tab = tab;
    this.#file = file;
    this.#budget = budget;
  }

  /** Whether a column is worth decoding. */
  wants(column: number): boolean {
    return this.#columns === null || this.#columns.kept.includes(column);
  }

  /** Whether no headers were found where they should be: there is no use in reading on. */
  get isHopeless(): boolean {
    return this.#columns === null && this.#seen >= LAST_HEADER_ROW;
  }

  /** Whether the tab has no row at all, not even headers: RVTools had nothing to say in it. */
  get isEmpty(): boolean {
    return this.#columns === null && this.#seen === 0;
  }

  /** @throws {TooLargeError} */
  add(line: number, cells: readonly Cell[]): void {
    if (cells.every((cell) => cell === null || cell === "")) return;
    if (this.#columns === null) {
      if (this.isHopeless) return;
      this.#seen += 1;
      this.#columns = columnsOf(this.#tab, cells);
      return;
    }
    const kept = this.#columns.kept.map((column) => cells[column] ?? null);
    this.#budget.spend(kept);
    this.#rows.push({ line, cells: kept });
  }

  /** null: there was no row with the tab's headers. */
  get table(): Table | null {
    if (this.#columns === null) return null;
    return { tab: this.#tab, file: this.#file, columns: this.#columns, rows: this.#rows };
  }
}
