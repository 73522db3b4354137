import { compareText } from "../../inventory/order.ts";
import { type AssessedVm, worstCategories } from "./assessed-vm.ts";

type Order = (a: AssessedVm, b: AssessedVm) => number;

const byNumber =
  (of: (vm: AssessedVm) => number): Order =>
  (a, b) =>
    of(b) - of(a);
const byText =
  (of: (vm: AssessedVm) => string | null): Order =>
  (a, b) =>
    compareText((of(a) ?? "\uffff").toLowerCase(), (of(b) ?? "\uffff").toLowerCase());

/** Texts from a to z, what is not known last; numbers largest first; categories worst first. */
const orders = {
  name: byText(({ name }) => name),
  key: byText(({ key }) => key),
  cluster: byText(({ cluster }) => cluster),
  folder: byText(({ folder }) => folder),
  os: byText(({ os }) => os),
  wave: byText(({ wave }) => wave),
  power: byText(({ powerState }) => powerState),
  category: (a, b) => worstCategories.indexOf(a.worst) - worstCategories.indexOf(b.worst),
  concerns: byNumber(({ concerns }) => concerns.filter(({ waived }) => !waived).length),
  complexity: byNumber(({ complexity }) => complexity.score),
  size: byNumber(({ capacityBytes }) => capacityBytes),
  used: byNumber(({ usedBytes }) => usedBytes ?? -1),
  cpus: byNumber(({ cpus }) => cpus),
  memory: byNumber(({ memoryMiB }) => memoryMiB),
  disks: byNumber(({ disks }) => disks),
  time: byNumber(({ estimateSeconds }) => estimateSeconds),
} satisfies Record<string, Order>;

export type SortField = keyof typeof orders;
export const sortFields = Object.keys(orders).filter((field): field is SortField => Object.hasOwn(orders, field));

/** One field to sort by; `reverse` turns its order round. */
export interface SortBy {
  readonly field: SortField;
  readonly reverse: boolean;
}

/** What needs a person first: the worst category, then the hardest. */
export const defaultSort: readonly SortBy[] = [
  { field: "category", reverse: false },
  { field: "complexity", reverse: false },
];

/** Sorted by the fields, the first one first; what is alike in all of them by key. */
export function sorted(vms: readonly AssessedVm[], fields: readonly SortBy[]): AssessedVm[] {
  return [...vms].sort((a, b) => {
    for (const { field, reverse } of fields) {
      const order = orders[field](a, b);
      if (order !== 0) return reverse ? -order : order;
    }
    return compareText(a.key, b.key);
  });
}
