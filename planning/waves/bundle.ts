import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { components, type LinkIndex } from "./components.ts";
import { HARD } from "./link.ts";
import { pack } from "./pack.ts";
import { fitsAlone, merged, type Part, type WaveLimits } from "./part.ts";

/** What bundling needs. */
export interface Bundling {
  readonly parts: ReadonlyMap<string, Part>;
  readonly index: LinkIndex;
  /** Weakest tier of all links. */
  readonly tiers: number;
  readonly limits: WaveLimits;
  readonly model: ThroughputModel;
}

/**
 * Groups that stay whole: what all links bind together, and, where that is more than a wave may hold, what the links do
 * without the weakest, and so on. What is bound by the strongest stays together however large it is.
 */
export function wholes(members: readonly string[], by: Bundling, tier = by.tiers): Part[] {
  return components(members, by.index, tier).flatMap((group) => {
    const part = partOf(group, by);
    return tier === HARD || fitsAlone(part, by.limits) ? [part] : wholes(group, by, tier - 1);
  });
}

/**
 * The same, but what had to be taken apart is put together again to as few full bundles as it needs: an application of
 * 120 VMs comes in three waves, not in thirty.
 */
export function bundles(members: readonly string[], by: Bundling, tier = by.tiers): Part[] {
  return components(members, by.index, tier).flatMap((group) => {
    const part = partOf(group, by);
    if (tier === HARD || fitsAlone(part, by.limits)) return [part];
    return pack(bundles(group, by, tier - 1), by.limits, by.model);
  });
}

const partOf = (vms: readonly string[], { parts }: Bundling): Part =>
  merged(vms.map((key) => parts.get(key)).filter((part) => part !== undefined));
