import Table from "cli-table3";
import pc from "picocolors";
import { shown } from "../../inventory/shown.ts";
import type { AssessedConcern, AssessedVm } from "../../planning/assess/assessed-vm.ts";
import { shownBytes, shownDuration } from "../../report/amounts.ts";

type Colors = Pick<typeof pc, "red" | "yellow" | "dim">;

/** A column that is shown where the terminal is at least so wide. */
interface Column {
  readonly head: string;
  readonly width: number;
  /** Characters of the terminal from which on it is shown. */
  readonly from: number;
  readonly right?: true;
  readonly cell: (vm: AssessedVm, colors: Colors) => string;
}

const columns: readonly Column[] = [
  { head: "VM", width: 22, from: 0, cell: ({ key }) => key },
  { head: "name", width: 22, from: 185, cell: ({ key, name }) => (name === key ? "" : shown(name, 200)) },
  { head: "cluster", width: 14, from: 150, cell: ({ cluster }) => shown(cluster ?? "?", 200) },
  { head: "OS", width: 24, from: 130, cell: ({ os }) => shown(os ?? "?", 200) },
  { head: "power", width: 6, from: 165, cell: ({ powerState, template }) => powerOf(powerState, template) },
  { head: "CPU", width: 4, from: 104, right: true, cell: ({ cpus }) => String(cpus) },
  { head: "memory", width: 8, from: 104, right: true, cell: ({ memoryMiB }) => shownBytes(memoryMiB * 2 ** 20) },
  { head: "disks", width: 5, from: 90, right: true, cell: ({ disks }) => String(disks) },
  { head: "size", width: 8, from: 0, right: true, cell: ({ capacityBytes }) => shownBytes(capacityBytes) },
  { head: "score", width: 5, from: 0, right: true, cell: ({ complexity }) => String(complexity.score) },
  { head: "time", width: 10, from: 76, right: true, cell: ({ estimateSeconds }) => shownDuration(estimateSeconds) },
];

/** Characters of a line where nobody says how wide it may be: a file, a pipe. */
const widthOfFiles = 200;

/** Rows laid out at once: the time of cli-table3 grows with the square of them. Widths are fixed, so that parts fit together. */
const rowsAtOnce = 100;

/**
 * A line a VM, as wide as the terminal, the concerns' ids at its end: Critical ones first, in red; waived ones in
 * brackets. Names come from the source: they are escaped.
 */
export function assessTable(vms: readonly AssessedVm[], terminal: number | undefined, colors: Colors = pc): string {
  const width = Math.max(40, terminal ?? widthOfFiles);
  const used = columns.filter(({ from }) => width >= from);
  const rest = Math.max(16, width - used.reduce((sum, column) => sum + column.width + 3, 0) - 2);
  const head = [...used.map((column) => column.head), "concerns"];
  const layout = {
    colWidths: [...used.map((column) => column.width + 2), rest],
    colAligns: [...used.map(({ right }) => (right === true ? ("right" as const) : ("left" as const))), "left" as const],
    style: { head: [], border: [], compact: true },
  };
  const [top = "", title = "", bottom = ""] = new Table({ ...layout, head }).toString().split("\n");
  const middle = bottom.replace("└", "├").replaceAll("┴", "┼").replace("┘", "┤");
  const body: string[] = [];
  for (let from = 0; from < vms.length; from += rowsAtOnce) {
    const table = new Table(layout);
    for (const vm of vms.slice(from, from + rowsAtOnce))
      table.push([...used.map(({ cell }) => cell(vm, colors)), concernCell(vm.concerns, colors)]);
    body.push(...table.toString().split("\n").slice(1, -1));
  }
  return [top, title, middle, ...body, bottom].join("\n");
}

function concernCell(concerns: readonly AssessedConcern[], colors: Colors): string {
  const ids = new Set(
    concerns.map(({ id, category, waived }) => {
      if (waived) return colors.dim(`(${id})`);
      if (category === "Critical") return colors.red(`!${id}`);
      return category === "Warning" ? colors.yellow(id) : colors.dim(id);
    }),
  );
  return [...ids].join(" ");
}

function powerOf(state: AssessedVm["powerState"], template: boolean): string {
  if (template) return "templ.";
  return { poweredOn: "on", poweredOff: "off", suspended: "susp." }[state];
}
