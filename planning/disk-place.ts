import type { DiskPlace, TransportChoice } from "../inventory/schema/disk-source.ts";
import type { EstateDisk, EstateVm } from "../inventory/schema/estate.ts";
import type { PlannedVm } from "../inventory/schema/wave.ts";
import type { KnownSubject } from "./subject.ts";

/** A VM's id at a vCenter or ESXi host (managed object id): vm-123, or a number on an ESXi host. */
const MANAGED_OBJECT = /^(vm-)?\d+$/;

/**
 * Where a disk's bytes are, and how they are read: as the plan says; else what is inside an archive there, what a server can
 * be asked for by the best way that works (`auto`, which is `file` where the conversion host sees the datastore), and the
 * rest from files.
 */
export function diskPlace(facts: EstateVm, disk: EstateDisk, said: TransportChoice | undefined): DiskPlace {
  const { datastore, file, format, member } = disk;
  const origin = originOf(facts, disk);
  return {
    transport: said ?? (member !== null ? "ova" : origin !== null ? "auto" : "file"),
    ...{ datastore, file, format },
    ...(member === null ? {} : { member }),
    ...(origin === null ? {} : { origin }),
  };
}

/** The disk at the server that has it; null where no server is known that could be asked. */
function originOf(
  { source: { kind, server, id } }: EstateVm,
  { deviceKey }: EstateDisk,
): NonNullable<DiskPlace["origin"]> | null {
  if (server === null) return null;
  const isAsked = kind === "libvirt" || ((kind === "vsphere" || kind === "rvtools") && MANAGED_OBJECT.test(id));
  return isAsked ? { server, vm: id, deviceKey } : null;
}

/**
 * A VM that has begun is read as it was, unless the plan names a way: no byte of its volumes depends on that, and what is
 * copied stays. The place itself is never another one.
 */
export function withSaidTransport(vm: PlannedVm, { facts, decisions }: KnownSubject): PlannedVm {
  const said = decisions.transport;
  if (said === undefined) return vm;
  return {
    ...vm,
    disks: vm.disks.map((disk) => {
      if (disk.source.transport === said) return disk;
      const now = facts.disks.find(({ deviceKey }) => deviceKey === disk.deviceKey);
      const place = now === undefined ? null : diskPlace(facts, now, said);
      const source = place !== null && isSame(place, disk.source) ? place : { ...disk.source, transport: said };
      return { ...disk, source };
    }),
  };
}

const isSame = (one: DiskPlace, other: DiskPlace): boolean =>
  one.datastore === other.datastore &&
  one.file === other.file &&
  one.format === other.format &&
  one.member === other.member;
