import { element } from "./dom.ts";

/** One box of a form of filters. Without `options` it is a box for text. */
export interface Filter<Row> {
  readonly name: string;
  readonly label: string;
  /** Values to choose from, in this order. */
  readonly options?: readonly string[];
  readonly fits: (row: Row, value: string) => boolean;
}

/**
 * A form of filters: what is chosen stands in the address, too (after #), so that a view can be kept and passed on.
 * Elements of the page with data-filter and data-value choose a value by a click.
 */
export class Filters<Row> {
  readonly #filters: readonly Filter<Row>[];
  readonly #boxes: ReadonlyMap<string, HTMLInputElement | HTMLSelectElement>;
  readonly #changed: () => void;

  constructor(form: HTMLFormElement, filters: readonly Filter<Row>[], changed: () => void) {
    this.#filters = filters;
    this.#changed = changed;
    this.#boxes = new Map(filters.map((filter) => [filter.name, boxOf(filter)]));
    const reset = element("button", { type: "reset" }, "Clear");
    form.append(
      ...filters.map(({ name, label }) =>
        element("div", {}, element("label", { for: `filter-${name}` }, label), this.#boxes.get(name) ?? null),
      ),
      reset,
    );
    form.addEventListener("input", () => {
      this.#tell();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
    });
    // The boxes are empty only after the event.
    form.addEventListener("reset", () =>
      setTimeout(() => {
        this.#tell();
      }),
    );
    document.addEventListener("click", ({ target }) => {
      const { filter, value } = target instanceof HTMLElement ? target.dataset : {};
      if (filter !== undefined && value !== undefined) this.#choose(filter, value, form);
    });
    this.#fromAddress();
  }

  /** The rows that fit all boxes. */
  of(rows: readonly Row[]): Row[] {
    const used = this.#filters.flatMap(({ name, fits }) => {
      const value = this.#boxes.get(name)?.value.trim() ?? "";
      return value === "" ? [] : [(row: Row) => fits(row, value)];
    });
    return rows.filter((row) => used.every((fits) => fits(row)));
  }

  #choose(name: string, value: string, form: HTMLFormElement): void {
    const box = this.#boxes.get(name);
    if (box === undefined) return;
    box.value = value;
    this.#tell();
    form.scrollIntoView({ block: "start" });
    box.focus({ preventScroll: true });
  }

  #tell(): void {
    const chosen = [...this.#boxes].flatMap(([name, { value }]) => (value === "" ? [] : [[name, value]]));
    const address = new URLSearchParams(chosen).toString();
    // Some browsers keep no history of a page that is opened as a file.
    try {
      history.replaceState(null, "", address === "" ? "#" : `#${address}`);
    } catch {
      location.hash = address;
    }
    this.#changed();
  }

  #fromAddress(): void {
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      const box = this.#boxes.get(name);
      if (box !== undefined) box.value = value;
    }
  }
}

function boxOf({ name, options }: Filter<never>): HTMLInputElement | HTMLSelectElement {
  if (options === undefined)
    return element("input", { type: "search", name, id: `filter-${name}`, autocomplete: "off", spellcheck: "false" });
  const choices = options.map((option) => element("option", { value: option }, option));
  return element("select", { name, id: `filter-${name}` }, element("option", { value: "" }, "any"), ...choices);
}
