import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import { factRules } from "../../planning/concerns/fact-rules.ts";

/** VMs with Critical concerns about their facts alone, and the labels of these. */
export function heldVms(
  vms: readonly EstateVm[],
  sources: readonly SourceFacts[],
): ReadonlyMap<string, readonly string[]> {
  const held = new Map<string, Set<string>>();
  for (const rule of factRules)
    for (const { vm, category } of rule.checkFacts({ vms, sources }))
      if (vm !== null && (category ?? rule.category) === "Critical")
        held.set(vm, (held.get(vm) ?? new Set()).add(rule.label));
  return new Map([...held].map(([vm, labels]) => [vm, [...labels].sort()]));
}
