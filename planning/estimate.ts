import type { EstateDisk, EstateVm } from "../inventory/schema/estate.ts";
import type { ThroughputModel } from "../inventory/schema/throughput.ts";

/** How long a set of VMs takes, and what it waits for. */
export interface Estimate {
  readonly seconds: number;
  /** Bytes that have to be read: used ones, or the model's share of the capacity where the source does not tell. */
  readonly readBytes: number;
  /** What takes longest, for people: "ESXi host esx1: 1.2 TiB at 294 MiB/s". */
  readonly slowest: string;
}

interface Part {
  readonly what: string;
  readonly bytes: number;
  readonly rateMiBPerSecond: number;
}

/**
 * How long it takes to migrate these VMs side by side: the slowest of each disk, each ESXi host, each datastore and the
 * conversion hosts together, then verification, then what each VM takes beside its data (once: VMs do it side by side).
 * VMs of one host, or of an unknown one, share it: nothing is taken to be faster than is known.
 */
export function estimate(vms: readonly EstateVm[], model: ThroughputModel): Estimate {
  const disks = vms.flatMap((vm) => vm.disks.map((disk) => ({ vm, disk, bytes: readBytes(disk, model) })));
  const total = disks.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts: Part[] = [
    ...disks.map(({ vm, disk, bytes }) => ({
      what: `disk ${disk.deviceKey} of ${vm.key}`,
      bytes,
      rateMiBPerSecond: model.diskMiBPerSecond,
    })),
    ...summed(disks, ({ vm }) => `ESXi host ${vm.esxiHost ?? "(unknown)"}`, model.esxiHostMiBPerSecond),
    ...summed(disks, ({ disk }) => `datastore ${disk.datastore}`, model.datastoreMiBPerSecond),
    { what: "all conversion hosts", bytes: total, rateMiBPerSecond: model.totalMiBPerSecond },
  ];
  const slowest = parts.reduce<Part | null>((a, b) => (a === null || secondsOf(b) > secondsOf(a) ? b : a), null);
  const copySeconds = slowest === null ? 0 : secondsOf(slowest);
  const beside = vms.length === 0 ? 0 : model.minutesPerVm * 60;
  return {
    seconds: Math.ceil(copySeconds * (1 + model.verifyShare) + beside),
    readBytes: total,
    slowest: slowest === null || slowest.bytes === 0 ? "nothing to read" : shownPart(slowest),
  };
}

/** What has to be read of a disk, in bytes. */
export function readBytes({ usedBytes, capacityBytes }: EstateDisk, { unknownUsedShare }: ThroughputModel): number {
  return usedBytes === null ? Math.ceil(capacityBytes * unknownUsedShare) : Math.min(usedBytes, capacityBytes);
}

function summed<T extends { readonly bytes: number }>(
  all: readonly T[],
  what: (one: T) => string,
  rateMiBPerSecond: number,
): Part[] {
  const sums = new Map<string, number>();
  for (const one of all) sums.set(what(one), (sums.get(what(one)) ?? 0) + one.bytes);
  return [...sums].map(([name, bytes]) => ({ what: name, bytes, rateMiBPerSecond }));
}

const secondsOf = ({ bytes, rateMiBPerSecond }: Part): number => bytes / 2 ** 20 / rateMiBPerSecond;

const shownPart = ({ what, bytes, rateMiBPerSecond }: Part): string =>
  `${what}: ${(bytes / 2 ** 30).toFixed(1)} GiB at ${rateMiBPerSecond} MiB/s`;
