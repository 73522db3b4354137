import type { Wave } from "../../inventory/schema/plan.ts";

/** VMs in the longest chain of dependsOn within the wave: they boot one after the other. At least 1; cycles end. */
export function bootChain({ vms }: Pick<Wave, "vms">): number {
  const lengths = new Map<string, number>();
  const lengthOf = (key: string): number => {
    const known = lengths.get(key);
    if (known !== undefined) return known;
    lengths.set(key, 1); // what comes back to it does not count: the rule dependency.cycle tells of it
    const needs = (vms[key]?.dependsOn ?? []).filter((need) => Object.hasOwn(vms, need));
    const length = 1 + Math.max(0, ...needs.map(lengthOf));
    lengths.set(key, length);
    return length;
  };
  return Math.max(1, ...Object.keys(vms).map(lengthOf));
}
