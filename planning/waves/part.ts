import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { ownDisks, type Reading, readingOf, summed } from "../reading.ts";

/** VMs that go together, with what counts for the limits and the duration of a wave. */
export interface Part {
  /** Keys, sorted. */
  readonly vms: readonly string[];
  readonly disks: number;
  /** What the target must hold: capacity of the disks, a shared one once. */
  readonly capacityBytes: number;
  readonly reading: Reading;
}

/** The most that a wave should hold. */
export interface WaveLimits {
  readonly maxVms: number;
  /** Capacity of the disks; Infinity: no limit. */
  readonly maxBytes: number;
}

/** Each VM of the estate as a part of its own. Disks that several VMs have count for the first of them. */
export function partsOf(vms: readonly EstateVm[], model: ThroughputModel): ReadonlyMap<string, Part> {
  const all = new Set(vms.map(({ key }) => key));
  return new Map(
    vms.map((vm) => {
      const disks = ownDisks(vm, all);
      const capacityBytes = disks.reduce((sum, disk) => sum + disk.capacityBytes, 0);
      return [vm.key, { vms: [vm.key], disks: disks.length, capacityBytes, reading: readingOf(vm, all, model) }];
    }),
  );
}

/** Several parts as one. */
export function merged(parts: readonly Part[]): Part {
  return {
    vms: parts.flatMap(({ vms }) => vms).sort(),
    disks: parts.reduce((sum, { disks }) => sum + disks, 0),
    capacityBytes: parts.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0),
    reading: summed(parts.map(({ reading }) => reading)),
  };
}

/** Whether a wave may hold so much. */
export function fits(
  { vms, capacityBytes }: { readonly vms: number; readonly capacityBytes: number },
  { maxVms, maxBytes }: WaveLimits,
): boolean {
  return vms <= maxVms && capacityBytes <= maxBytes;
}

/** Whether the part alone is no more than a wave may hold. */
export const fitsAlone = ({ vms, capacityBytes }: Part, limits: WaveLimits): boolean =>
  fits({ vms: vms.length, capacityBytes }, limits);
