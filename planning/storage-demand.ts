import type { CloudOffer } from "../cloud/offer.ts";
import type { PlannedDisk, PlannedVm } from "../inventory/schema/wave.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import { hasVolume } from "./still-to-create.ts";

/** What a run still writes to volumes of one type on one target. */
export interface StorageDemand {
  readonly target: string;
  readonly volumeType: string;
  /** Bytes that are written for sure: used space, where the source tells it, of disks that have no volume yet. */
  readonly certainBytes: number;
  /** At most: also the capacity where it does not, and all of disks that have a volume but no server yet. */
  readonly possibleBytes: number;
  /** Sizes of the volumes that are still to be made, in GiB. */
  readonly newGiB: number;
}

/**
 * What is still to be written, by target and volume type. Images are sparse: of a disk its used space is stored, and at
 * most its capacity. How far a volume without server has been filled is not known here.
 * @param withServer keys of the VMs that have a server: their disks are written
 */
export function storageDemands(
  vms: readonly PlannedVm[],
  facts: ReadonlyMap<string, EstateVm>,
  offers: ReadonlyMap<string, CloudOffer>,
  stack: string,
  withServer: ReadonlySet<string>,
): StorageDemand[] {
  const going = vms.filter(({ key, phase }) => (phase === "precopy" || phase === "cutover") && !withServer.has(key));
  const parts = going.flatMap((vm) => {
    const offer = offers.get(vm.target);
    return offer === undefined ? [] : vm.disks.map((disk) => demandOf(vm, disk, facts.get(vm.key), offer, stack));
  });
  const sums = new Map<string, StorageDemand>();
  for (const part of parts) {
    const key = JSON.stringify([part.target, part.volumeType]);
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? part : added(sum, part));
  }
  return [...sums.values()];
}

function demandOf(
  { target }: PlannedVm,
  disk: PlannedDisk,
  facts: EstateVm | undefined,
  offer: CloudOffer,
  stack: string,
): StorageDemand {
  const used = facts?.disks.find(({ deviceKey }) => deviceKey === disk.deviceKey)?.usedBytes ?? null;
  const isNew = !hasVolume(offer, stack, disk.key);
  return {
    target,
    volumeType: disk.volumeType,
    certainBytes: isNew ? Math.min(used ?? 0, disk.capacityBytes) : 0,
    possibleBytes: Math.min(used ?? disk.capacityBytes, disk.capacityBytes),
    newGiB: isNew ? disk.sizeGiB : 0,
  };
}

function added(a: StorageDemand, b: StorageDemand): StorageDemand {
  return {
    ...a,
    certainBytes: a.certainBytes + b.certainBytes,
    possibleBytes: a.possibleBytes + b.possibleBytes,
    newGiB: a.newGiB + b.newGiB,
  };
}
