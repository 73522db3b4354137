import { element } from "./dom.ts";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly numeric?: true;
  readonly cell: (row: Row) => Node | string;
  /** Sorts ascending; texts by their order, numbers by size. */
  readonly sortBy: (row: Row) => string | number;
  /** The first click sorts from the large end. */
  readonly descendingFirst?: true;
}

export interface TableOptions<Row> {
  readonly table: HTMLTableElement;
  readonly pager: HTMLElement;
  readonly columns: readonly Column<Row>[];
  readonly idOf: (row: Row) => string;
  /** What a row shows when it is opened; the first column's cell becomes the button that does it. */
  readonly details: (row: Row) => Node;
  /** Rows on a page: thousands at once make a browser slow. */
  readonly pageSize: number;
  /** Column that is sorted by first. */
  readonly sorted: { readonly column: number; readonly descending: boolean };
}

/** A table with pages that is sorted by a click on a head and filtered from outside; printed as a whole. */
export class DataTable<Row> {
  readonly #options: TableOptions<Row>;
  readonly #body = element("tbody");
  readonly #heads: readonly HTMLTableCellElement[];
  readonly #open = new Set<string>();
  #column: number;
  #descending: boolean;
  #shown: readonly Row[] = [];
  #page = 0;
  #whole = false;

  constructor(options: TableOptions<Row>) {
    this.#options = options;
    this.#column = options.sorted.column;
    this.#descending = options.sorted.descending;
    this.#heads = options.columns.map((column, index) => this.#head(column, index));
    options.table.append(element("thead", {}, element("tr", {}, ...this.#heads)), this.#body);
    // On paper there are no pages to turn.
    window.addEventListener("beforeprint", () => {
      this.#drawWhole(true);
    });
    window.addEventListener("afterprint", () => {
      this.#drawWhole(false);
    });
  }

  /** Shows these rows only, from the first page on. */
  show(rows: readonly Row[]): void {
    this.#shown = rows;
    this.#page = 0;
    this.#sortAndDraw();
  }

  /** Opens all rows that are shown, or closes them. */
  openAll(open: boolean): void {
    for (const row of this.#shown) {
      if (open) this.#open.add(this.#options.idOf(row));
      else this.#open.delete(this.#options.idOf(row));
    }
    this.#draw();
  }

  #head({ title, numeric, descendingFirst }: Column<Row>, index: number): HTMLTableCellElement {
    const button = element("button", { type: "button" }, title);
    button.addEventListener("click", () => {
      this.#descending = this.#column === index ? !this.#descending : descendingFirst === true;
      this.#column = index;
      this.#page = 0;
      this.#sortAndDraw();
    });
    return element("th", { scope: "col", class: numeric === true ? "number" : null }, button);
  }

  #sortAndDraw(): void {
    const column = this.#options.columns[this.#column];
    if (column === undefined) return;
    const sign = this.#descending ? -1 : 1;
    const { idOf } = this.#options;
    this.#shown = this.#shown
      .map((row) => ({ row, by: column.sortBy(row), id: idOf(row) }))
      .sort((a, b) => (a.by === b.by ? (a.id < b.id ? -1 : 1) : a.by < b.by ? -sign : sign))
      .map(({ row }) => row);
    this.#heads.forEach((head, index) => {
      if (index === this.#column) head.setAttribute("aria-sort", this.#descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.#draw();
  }

  #drawWhole(whole: boolean): void {
    this.#whole = whole;
    this.#draw();
  }

  #draw(): void {
    const { pageSize } = this.#options;
    const from = this.#whole ? 0 : this.#page * pageSize;
    const rows = this.#shown.slice(from, this.#whole ? undefined : from + pageSize);
    this.#body.replaceChildren(...rows.flatMap((row) => this.#rowOf(row)));
    this.#drawPager(from, rows.length);
  }

  #rowOf(row: Row): Node[] {
    const { columns, idOf, details } = this.#options;
    const id = idOf(row);
    const open = this.#open.has(id);
    const line = element("tr", {});
    const toggle = element("button", { type: "button", class: "toggle", "aria-expanded": String(open) });
    columns.forEach(({ title, numeric, cell }, index) => {
      const attributes = { class: numeric === true ? "number" : null, "data-title": title };
      if (index > 0) line.append(element("td", attributes, cell(row)));
      else {
        toggle.append(cell(row));
        line.append(element("th", { scope: "row" }, toggle));
      }
    });
    const opened = (): HTMLTableRowElement =>
      element("tr", { class: "details" }, element("td", { colspan: String(columns.length) }, details(row)));
    let below = open ? opened() : null;
    toggle.addEventListener("click", () => {
      if (below === null) {
        below = opened();
        line.after(below);
        this.#open.add(id);
      } else {
        below.remove();
        below = null;
        this.#open.delete(id);
      }
      toggle.setAttribute("aria-expanded", String(below !== null));
    });
    return below === null ? [line] : [line, below];
  }

  #drawPager(from: number, count: number): void {
    const { pager, pageSize, table } = this.#options;
    const all = this.#shown.length;
    pager.hidden = all <= pageSize;
    const turn = (text: string, page: number, possible: boolean): HTMLButtonElement => {
      const button = element("button", { type: "button" }, text);
      button.disabled = !possible;
      button.addEventListener("click", () => {
        this.#page = page;
        this.#draw();
        table.scrollIntoView({ block: "start" });
        // The buttons are new ones: the focus stays where the hand is.
        const again = [...pager.querySelectorAll("button")].find(({ textContent }) => textContent === text);
        (again?.disabled === false ? again : pager.querySelector<HTMLButtonElement>("button:enabled"))?.focus();
      });
      return button;
    };
    const last = Math.max(0, Math.ceil(all / pageSize) - 1);
    pager.replaceChildren(
      turn("First", 0, this.#page > 0),
      turn("Previous", this.#page - 1, this.#page > 0),
      element("span", { "aria-live": "polite" }, `${from + 1} to ${from + count} of ${all}`),
      turn("Next", this.#page + 1, this.#page < last),
      turn("Last", last, this.#page < last),
    );
  }
}
