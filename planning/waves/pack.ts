import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { compareText } from "../../inventory/order.ts";
import { type Bin, emptyBin } from "./bin.ts";
import { fitsAlone, type Part, type WaveLimits } from "./part.ts";

/**
 * Packs parts into as few waves as the limits need, about equally full, so that the waves together take as little time
 * as possible. The largest part comes first; each goes where it adds least to the wave's duration (a host or datastore
 * that this wave does not read from yet adds nothing), among equals to the shortest wave, then to the emptiest.
 * A part that is more than a wave may hold is a wave of its own. The same for any order of the input.
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
  return [...oversize, ...again.filter((bin) => bin.vms() > 0).map((bin) => bin.content())];
}

/** So many bins, or more where a part fits into none of them. */
function filled(parts: readonly Part[], count: number, limits: WaveLimits, model: ThroughputModel): Bin[] {
  const bins = Array.from({ length: count }, () => emptyBin(model));
  for (const part of parts) {
    let bin = best(part, bins, limits);
    if (bin === null) {
      bin = emptyBin(model);
      bins.push(bin);
    }
    bin.add(part);
  }
  return bins;
}

function fewest(parts: readonly Part[], { maxVms, maxBytes }: WaveLimits): number {
  const vms = parts.reduce((sum, part) => sum + part.vms.length, 0);
  const bytes = parts.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0);
  return Math.max(Math.ceil(vms / maxVms), Math.ceil(bytes / maxBytes));
}

/** By the share of a wave that they fill, then by what they take alone, then by key. */
function inOrder(parts: readonly Part[], { maxVms, maxBytes }: WaveLimits, model: ThroughputModel): Part[] {
  return parts
    .map((part) => ({
      part,
      share: Math.max(part.vms.length / maxVms, part.capacityBytes / maxBytes),
      seconds: emptyBin(model).secondsWith(part),
    }))
    .sort((a, b) => b.share - a.share || b.seconds - a.seconds || compareText(a.part.vms[0] ?? "", b.part.vms[0] ?? ""))
    .map(({ part }) => part);
}

/** The bin that the part adds least to, null when it fits into none. */
function best(part: Part, bins: readonly Bin[], limits: WaveLimits): Bin | null {
  let found: { bin: Bin; cost: readonly number[] } | null = null;
  for (const bin of bins) {
    if (!bin.hasRoomFor(part, limits)) continue;
    const seconds = bin.secondsWith(part);
    // Whole seconds: figures that differ in the last digit only must not decide.
    const cost = [Math.round(seconds - bin.seconds()), Math.round(seconds), bin.vms()];
    if (found === null || isLess(cost, found.cost)) found = { bin, cost };
  }
  return found?.bin ?? null;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((one, index) => one !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
