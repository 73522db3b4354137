import type { PlannedVm } from "../inventory/schema/wave.ts";

/**
 * The VMs in an order in which each comes after those it depends on, otherwise by key. What depends on a VM that is
 * not among them does not wait; VMs of a cycle come last, by key (the concern `dependency.cycle` names them).
 */
export function bootOrder(vms: readonly PlannedVm[]): PlannedVm[] {
  const waiting = new Map([...vms].sort((a, b) => (a.key < b.key ? -1 : 1)).map((vm) => [vm.key, vm]));
  const ordered: PlannedVm[] = [];
  while (waiting.size > 0) {
    const free = [...waiting.values()].filter((vm) => !vm.dependsOn.some((key) => waiting.has(key)));
    const next = free.length > 0 ? free : [...waiting.values()];
    for (const vm of next) {
      ordered.push(vm);
      waiting.delete(vm.key);
    }
  }
  return ordered;
}
