import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import type { FactRule } from "../../planning/concerns/fact-rule.ts";
import { judgeFacts } from "../../planning/concerns/judge-facts.ts";

/**
 * VMs with Critical concerns about their facts alone, and the labels of these. VMs in no wave have no waivers.
 * @param rules the program's, and those of the operators
 */
export function heldVms(
  vms: readonly EstateVm[],
  sources: readonly SourceFacts[],
  rules: readonly FactRule[],
): ReadonlyMap<string, readonly string[]> {
  const held = new Map<string, Set<string>>();
  for (const { vm, category, label } of judgeFacts({ vms, sources }, new Map(), rules))
    if (vm !== null && category === "Critical") held.set(vm, (held.get(vm) ?? new Set()).add(label));
  return new Map([...held].map(([vm, labels]) => [vm, [...labels].sort()]));
}
