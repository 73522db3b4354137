import { compareText } from "../inventory/order.ts";
import type { EstateDisk, EstateVm } from "../inventory/schema/estate.ts";
import type { ThroughputModel } from "../inventory/schema/throughput.ts";

/** What is read from one ESXi host. */
export interface HostReading {
  readonly bytes: number;
  /** Bytes of the largest disk of each VM, summed: a VM reads its disks side by side, and takes as long as that one. */
  readonly longestBytes: number;
}

/** What has to be read of some VMs, summed up by what it comes from. */
export interface Reading {
  readonly bytes: number;
  /** The disk with most to read: no VM is done before it. */
  readonly largest: { readonly disk: string; readonly bytes: number } | null;
  /** By name; VMs of unknown hosts share one: nothing is taken to be faster than is known. */
  readonly hosts: ReadonlyMap<string, HostReading>;
  /** Bytes by name. */
  readonly datastores: ReadonlyMap<string, number>;
}

/** Nothing to read. */
export const nothing: Reading = { bytes: 0, largest: null, hosts: new Map(), datastores: new Map() };

/** What has to be read of one VM. `others` tells which VMs are read with it: a disk that they share is read once. */
export function readingOf(vm: EstateVm, others: ReadonlySet<string>, model: ThroughputModel): Reading {
  const disks = ownDisks(vm, others).map((disk) => ({ disk, bytes: readBytes(disk, model) }));
  const datastores = new Map<string, number>();
  for (const { disk, bytes } of disks) datastores.set(disk.datastore, (datastores.get(disk.datastore) ?? 0) + bytes);
  const bytes = disks.reduce((sum, one) => sum + one.bytes, 0);
  const largest = disks.reduce<Reading["largest"]>(
    (most, one) => larger(most, { disk: `disk ${one.disk.deviceKey} of ${vm.key}`, bytes: one.bytes }),
    null,
  );
  const host = { bytes, longestBytes: largest?.bytes ?? 0 };
  return { bytes, largest, hosts: new Map([[vm.esxiHost ?? "(unknown)", host]]), datastores };
}

/** All of them together. */
export function summed(readings: Iterable<Reading>): Reading {
  const hosts = new Map<string, HostReading>();
  const datastores = new Map<string, number>();
  let [bytes, largest] = [0, nothing.largest];
  for (const one of readings) {
    bytes += one.bytes;
    largest = larger(largest, one.largest);
    for (const [name, host] of one.hosts) {
      const before = hosts.get(name);
      const longestBytes = (before?.longestBytes ?? 0) + host.longestBytes;
      hosts.set(name, { bytes: (before?.bytes ?? 0) + host.bytes, longestBytes });
    }
    for (const [name, sum] of one.datastores) datastores.set(name, (datastores.get(name) ?? 0) + sum);
  }
  return { bytes, largest, hosts, datastores };
}

/** The disks that count as this VM's: one that several VMs of the set have is that of the first by key. */
export function ownDisks(vm: EstateVm, others: ReadonlySet<string>): EstateDisk[] {
  return vm.disks.filter(({ sharedWith }) => !sharedWith.some((key) => key < vm.key && others.has(key)));
}

/** What has to be read of a disk, in bytes. */
export function readBytes({ usedBytes, capacityBytes }: EstateDisk, { unknownUsedShare }: ThroughputModel): number {
  return usedBytes === null ? Math.ceil(capacityBytes * unknownUsedShare) : Math.min(usedBytes, capacityBytes);
}

/** Of two of one size the first by name: the order of the estate decides nothing. */
function larger(a: Reading["largest"], b: Reading["largest"]): Reading["largest"] {
  if (a === null || b === null) return a ?? b;
  return b.bytes > a.bytes || (b.bytes === a.bytes && compareText(b.disk, a.disk) < 0) ? b : a;
}
