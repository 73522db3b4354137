import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { compareText } from "../../inventory/order.ts";
import { limits as limitsOf, secondsOf } from "../estimate.ts";
import { type Bin, emptyBin, type Fill, mayHold } from "./bin.ts";
import { fitsAlone, merged, type Part, type WaveLimits } from "./part.ts";

/**
 * Packs parts into as few waves as the limits need, about equally full and long: ESXi hosts and datastores are spread over
 * them, since each host's share of a wave counts for how long it takes. The largest part comes first; each goes where the
 * wave, with it, is least full by what it is fullest of (VMs, capacity, time). A part that is more than a wave may hold is
 * a wave of its own. The same for any order of the input.
 */
export function pack(parts: readonly Part[], limits: WaveLimits, model: ThroughputModel): Part[] {
  const oversize = parts.filter((part) => !fitsAlone(part, limits));
  const others = inOrder(
    parts.filter((part) => fitsAlone(part, limits)),
    limits,
    model,
  );
  const count = fewest(others, limits);
  const bins = filled(others, count, limits, model);
  // Large groups did not fit into so few: the waves that came on top are as full as the others when filled again.
  const again = bins.length > count ? filled(others, bins.length, limits, model) : bins;
  return [...oversize, ...again.filter((bin) => !bin.isEmpty()).map((bin) => bin.content())];
}

/** So many bins, or more where a part fits into none of them. */
function filled(parts: readonly Part[], count: number, limits: WaveLimits, model: ThroughputModel): Bin[] {
  const bins = Array.from({ length: count }, () => emptyBin(model));
  const even = evenFill(parts, count, model);
  for (const part of parts) {
    let bin = best(part, bins, limits, even);
    if (bin === null) {
      bin = emptyBin(model);
      bins.push(bin);
    }
    bin.add(part);
  }
  return bins;
}

function fewest(parts: readonly Part[], { maxVms, maxBytes }: WaveLimits): number {
  const { vms, capacityBytes } = merged(parts);
  return Math.max(Math.ceil(vms.length / maxVms), Math.ceil(capacityBytes / maxBytes));
}

/** How full each wave is when all are equally so. */
function evenFill(parts: readonly Part[], count: number, model: ThroughputModel): Fill {
  const { vms, capacityBytes, reading } = merged(parts);
  const seconds = Math.max(...limitsOf({ ...reading, largest: null }, model).map(secondsOf));
  return { vms: vms.length / count, capacityBytes: capacityBytes / count, seconds: seconds / count };
}

/** By the share of a wave that they fill, then by what they take alone, then by key. */
function inOrder(parts: readonly Part[], { maxVms, maxBytes }: WaveLimits, model: ThroughputModel): Part[] {
  return parts
    .map((part) => ({
      part,
      share: Math.max(part.vms.length / maxVms, part.capacityBytes / maxBytes),
      seconds: emptyBin(model).with(part).seconds,
    }))
    .sort((a, b) => b.share - a.share || b.seconds - a.seconds || compareText(a.part.vms[0] ?? "", b.part.vms[0] ?? ""))
    .map(({ part }) => part);
}

/** The bin that is least full with the part, null when it fits into none. */
function best(part: Part, bins: readonly Bin[], limits: WaveLimits, even: Fill): Bin | null {
  let found: { readonly bin: Bin; readonly cost: readonly number[] } | null = null;
  for (const bin of bins) {
    const fill = bin.with(part);
    if (!mayHold(fill, limits)) continue;
    const cost = costOf(fill, even);
    if (found === null || isLess(cost, found.cost)) found = { bin, cost };
  }
  return found?.bin ?? null;
}

/** Per cents and whole seconds: figures that differ in the last digit only must not decide. */
function costOf({ vms, capacityBytes, seconds }: Fill, even: Fill): readonly number[] {
  const height = Math.max(vms / even.vms, share(capacityBytes, even.capacityBytes), share(seconds, even.seconds));
  return [Math.round(height * 100), Math.round(seconds), vms];
}

const share = (amount: number, of: number): number => (of === 0 ? 0 : amount / of);

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((one, index) => one !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
