import { FoundVm } from "../../inventory/readers/reader.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { PlanInput } from "../../planning/plan-wave.ts";

/** What a reader would find of the VM, with these fields another. */
export function found(vm: EstateVm, changes: object = {}): FoundVm {
  const facts = Object.entries(vm).filter(([field]) => field !== "version" && field !== "key");
  return FoundVm.parse({ ...Object.fromEntries(facts), ...changes });
}

/** The same wave, each of whose VMs is now so at its source; null: its source does not know it. */
export function atSource(input: PlanInput, changes: object | null): PlanInput {
  const vms = [...input.estate].map(([key, vm]) => [key, changes === null ? null : found(vm, changes)] as const);
  return { ...input, live: { vms: new Map(vms), unread: [] } };
}
