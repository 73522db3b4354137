import { shownCount } from "../amounts.ts";
import type { AssessData, PageVm } from "../assess/data.ts";
import { assessColumns, concernsColumn } from "./assess-columns.ts";
import { vmDetails } from "./assess-details.ts";
import { DataTable } from "./data-table.ts";
import { element, needed } from "./dom.ts";
import { type Filter, Filters } from "./filters.ts";

/** The list of VMs of `wavelift assess --html`: filters, table, details. */

const data: unknown = JSON.parse(needed("#data", HTMLScriptElement).text);
if (!isData(data)) throw new Error("the data of this page are not those that its script knows");
const { vms, rules } = data;

/** What the source does not tell; as the totals name it. */
const unknown = "(unknown)";
const categories = ["Critical", "Warning", "Information", "waived", "none"];

const filters: readonly Filter<PageVm>[] = [
  { name: "name", label: "Name or tag", fits: matchesText },
  {
    name: "worst",
    label: "Worst concern",
    options: only(categories, ({ worst }) => worst),
    fits: same(({ worst }) => worst),
  },
  {
    name: "concern",
    label: "Concern",
    options: Object.keys(rules).sort(),
    fits: ({ concerns }, id) => concerns.some((one) => one.id === id),
  },
  { name: "cluster", label: "Cluster", ...choice(({ cluster }) => cluster ?? unknown) },
  { name: "os", label: "Operating system", ...choice(({ os }) => os ?? unknown) },
  { name: "size", label: "Size", ...choice(({ size }) => size) },
  { name: "complexity", label: "Complexity", ...choice(({ complexity }) => complexity.level) },
  { name: "wave", label: "Wave", ...choice(({ wave }) => wave ?? "in none") },
];

const count = needed("#count", HTMLElement);
const table = new DataTable<PageVm>({
  table: needed("#list", HTMLTableElement),
  pager: needed("#pager", HTMLElement),
  columns: assessColumns,
  idOf: ({ key }) => key,
  details: (vm) => vmDetails(vm, rules),
  pageSize: 100,
  sorted: { column: concernsColumn, descending: true },
});
const form = new Filters<PageVm>(needed("#filters", HTMLFormElement), filters, show);
const opener = element("button", { type: "button", "aria-pressed": "false" }, "Open all");
opener.addEventListener("click", () => {
  const open = opener.getAttribute("aria-pressed") !== "true";
  opener.setAttribute("aria-pressed", String(open));
  opener.textContent = open ? "Close all" : "Open all";
  table.openAll(open);
});
needed("#filters", HTMLFormElement).append(opener);
show();

function show(): void {
  const fitting = form.of(vms);
  count.textContent =
    fitting.length === vms.length
      ? `All ${shownCount(vms.length)} VMs.`
      : `${shownCount(fitting.length)} of ${shownCount(vms.length)} VMs fit the filters.`;
  table.show(fitting);
}

function matchesText({ key, name, tags }: PageVm, text: string): boolean {
  const lower = text.toLowerCase();
  return [key, name, tags].some((one) => one.toLowerCase().includes(lower));
}

function same(of: (vm: PageVm) => string): Filter<PageVm>["fits"] {
  return (vm, value) => of(vm) === value;
}

/** A box with every value that occurs. */
function choice(of: (vm: PageVm) => string): Pick<Filter<PageVm>, "options" | "fits"> {
  return { options: [...new Set(vms.map(of))].sort(), fits: same(of) };
}

/** Of these values those that occur, in this order. */
function only(values: readonly string[], of: (vm: PageVm) => string): string[] {
  const there = new Set(vms.map(of));
  return values.filter((value) => there.has(value));
}

/** Page and script are written together: this only guards against a page that was cut or edited. */
function isData(value: unknown): value is AssessData {
  return typeof value === "object" && value !== null && "vms" in value && Array.isArray(value.vms) && "rules" in value;
}
