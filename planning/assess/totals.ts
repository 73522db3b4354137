import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { complexityLevels } from "../complexity.ts";
import { estimate } from "../estimate.ts";
import { type AssessedVm, type WorstCategory, worstCategories } from "./assessed-vm.ts";

/** One group of VMs and its sums. */
export interface Group {
  readonly name: string;
  readonly vms: number;
  /** A disk that VMs of the list share counts once, with the first of them. */
  readonly capacityBytes: number;
  /** VMs by their worst category. */
  readonly categories: Readonly<Record<WorstCategory, number>>;
}

/** Sums over the VMs of a list. */
export interface Totals extends Omit<Group, "name"> {
  readonly disks: number;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** All of them side by side: seconds, bytes to read, and what they wait for longest. */
  readonly estimate: { readonly seconds: number; readonly readBytes: number; readonly slowest: string };
  readonly byCategory: readonly Group[];
  readonly byComplexity: readonly Group[];
  readonly bySize: readonly Group[];
  /** Largest group first. */
  readonly byOs: readonly Group[];
  readonly byCluster: readonly Group[];
  /** VMs for each kind of concern, waived ones apart; the most frequent of the worst category first. */
  readonly byConcern: readonly ConcernCount[];
}

export interface ConcernCount {
  readonly id: string;
  readonly label: string;
  readonly category: WorstCategory;
  readonly vms: number;
}

const gib = 2 ** 30;
/** Sizes of a VM's disks together. */
export const sizes: readonly { readonly name: string; readonly belowBytes: number }[] = [
  { name: "below 100 GiB", belowBytes: 100 * gib },
  { name: "100 GiB to 1 TiB", belowBytes: 2 ** 40 },
  { name: "1 to 10 TiB", belowBytes: 10 * 2 ** 40 },
  { name: "10 to 50 TiB", belowBytes: 50 * 2 ** 40 },
  { name: "50 TiB and more", belowBytes: Infinity },
];
export const sizeOf = ({ capacityBytes }: Pick<AssessedVm, "capacityBytes">): string =>
  sizes.find(({ belowBytes }) => capacityBytes < belowBytes)?.name ?? "";

/** What the source does not tell, as the name of a group. */
export const unknownName = "(unknown)";

/** @param facts of the same VMs, for the estimate of all of them together. */
export function totalsOf(vms: readonly AssessedVm[], facts: readonly EstateVm[], model: ThroughputModel): Totals {
  return {
    ...groupOf("", vms),
    disks: sum(vms, ({ disks }) => disks),
    cpus: sum(vms, ({ cpus }) => cpus),
    memoryMiB: sum(vms, ({ memoryMiB }) => memoryMiB),
    estimate: estimate(facts, model),
    byCategory: inOrder(vms, ({ worst }) => worst, worstCategories),
    byComplexity: inOrder(vms, ({ complexity }) => complexity.level, complexityLevels),
    bySize: inOrder(
      vms,
      sizeOf,
      sizes.map(({ name }) => name),
    ),
    byOs: bySizeOfGroup(vms, ({ os }) => os ?? unknownName),
    byCluster: bySizeOfGroup(vms, ({ cluster }) => cluster ?? unknownName),
    byConcern: concernCounts(vms),
  };
}

function groupOf(name: string, vms: readonly AssessedVm[]): Group {
  const categories = { Critical: 0, Warning: 0, Information: 0, waived: 0, none: 0 };
  for (const { worst } of vms) categories[worst] += 1;
  return { name, vms: vms.length, capacityBytes: sum(vms, ({ countedBytes }) => countedBytes), categories };
}

function grouped(vms: readonly AssessedVm[], nameOf: (vm: AssessedVm) => string): Map<string, AssessedVm[]> {
  const groups = new Map<string, AssessedVm[]>();
  for (const vm of vms) {
    const list = groups.get(nameOf(vm)) ?? [];
    if (list.push(vm) === 1) groups.set(nameOf(vm), list);
  }
  return groups;
}

/** Groups whose names have an order; those without VMs are left out. */
function inOrder(vms: readonly AssessedVm[], nameOf: (vm: AssessedVm) => string, names: readonly string[]): Group[] {
  const groups = grouped(vms, nameOf);
  return names.flatMap((name) => {
    const list = groups.get(name);
    return list === undefined ? [] : [groupOf(name, list)];
  });
}

function bySizeOfGroup(vms: readonly AssessedVm[], nameOf: (vm: AssessedVm) => string): Group[] {
  return [...grouped(vms, nameOf)]
    .map(([name, list]) => groupOf(name, list))
    .sort((a, b) => b.vms - a.vms || (a.name < b.name ? -1 : 1));
}

function concernCounts(vms: readonly AssessedVm[]): ConcernCount[] {
  const counts = new Map<string, { id: string; label: string; category: WorstCategory; vms: Set<string> }>();
  for (const vm of vms)
    for (const { id, label, category, waived } of vm.concerns) {
      const name = waived ? ("waived" as const) : category;
      const entry = counts.get(`${name} ${id}`) ?? { id, label, category: name, vms: new Set() };
      entry.vms.add(vm.key);
      counts.set(`${name} ${id}`, entry);
    }
  const rank = (category: WorstCategory): number => worstCategories.indexOf(category);
  return [...counts.values()]
    .map(({ vms, ...count }) => ({ ...count, vms: vms.size }))
    .sort((a, b) => rank(a.category) - rank(b.category) || b.vms - a.vms || (a.id < b.id ? -1 : 1));
}

function sum(vms: readonly AssessedVm[], of: (vm: AssessedVm) => number): number {
  return vms.reduce((total, vm) => total + of(vm), 0);
}
