import { shownBytes, shownDuration } from "../amounts.ts";
import type { PageConcern, PageVm } from "../assess/data.ts";
import type { Column } from "./data-table.ts";
import { element } from "./dom.ts";

/** Categories from the worst on. */
const categories = ["Critical", "Warning", "Information", "waived"] as const;

/** What is not known is last when sorted, and shown as a question mark. */
const text = (value: string | null): string => value ?? "?";
const order = (value: string | null): string => value?.toLowerCase() ?? "\uffff";

/** The columns of the list of VMs. */
export const assessColumns: readonly Column<PageVm>[] = [
  { title: "VM", cell: vmCell, sortBy: ({ name }) => order(name) },
  { title: "Cluster", cell: ({ cluster }) => text(cluster), sortBy: ({ cluster }) => order(cluster) },
  { title: "Operating system", cell: ({ os }) => text(os), sortBy: ({ os }) => order(os) },
  { title: "CPUs", ...number(({ cpus }) => cpus, String) },
  { title: "Memory", ...number(({ memoryMiB }) => memoryMiB * 2 ** 20, shownBytes) },
  { title: "Disks", ...number(({ disks }) => disks, String) },
  { title: "Size", ...number(({ capacityBytes }) => capacityBytes, shownBytes) },
  { title: "Concerns", cell: concernCell, sortBy: severity, descendingFirst: true },
  {
    title: "Score",
    cell: scoreCell,
    sortBy: ({ complexity }) => complexity.score,
    numeric: true,
    descendingFirst: true,
  },
  { title: "Duration", ...number(({ estimateSeconds }) => estimateSeconds, shownDuration) },
];

/** Position of the column by which the list is sorted first. */
export const concernsColumn = assessColumns.findIndex(({ title }) => title === "Concerns");

function number(of: (vm: PageVm) => number, shownAs: (value: number) => string): Omit<Column<PageVm>, "title"> {
  return { cell: (vm) => shownAs(of(vm)), sortBy: of, numeric: true, descendingFirst: true };
}

function vmCell({ key, name, power }: PageVm): Node {
  const cell = element("span", {}, element("bdi", {}, name));
  if (name !== key) cell.append(element("small", {}, key));
  if (power !== "on") cell.append(element("small", {}, power));
  return cell;
}

function scoreCell({ complexity }: PageVm): Node {
  return element("span", {}, String(complexity.score), element("small", {}, complexity.level));
}

function concernCell({ concerns }: PageVm): Node {
  const counts = categories.flatMap((category) => {
    const count = countOf(concerns, category);
    return count === 0 ? [] : [element("span", { class: `badge ${category.toLowerCase()}` }, `${count} ${category}`)];
  });
  return element(
    "span",
    { class: "badges" },
    ...(counts.length === 0 ? [element("span", { class: "muted" }, "none")] : counts),
  );
}

const countOf = (concerns: readonly PageConcern[], category: PageConcern["category"]): number =>
  concerns.filter((concern) => concern.category === category).length;

/** One Critical concern outweighs any number of warnings, and so on; then the score decides. */
function severity({ concerns, complexity }: PageVm): number {
  const weighed = categories.reduce((sum, category) => sum * 1000 + Math.min(999, countOf(concerns, category)), 0);
  return weighed + complexity.score / 10_000;
}
