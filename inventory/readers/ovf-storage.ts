import { controllerKey, diskKey, type Bus } from "./device-keys.ts";
import type { OvfItem } from "./ovf-items.ts";
import { wholeNumber } from "./ovf-units.ts";
import { textOf } from "./xml.ts";

/** A storage controller of a hardware section. */
export interface OvfController {
  readonly key: number | null;
  readonly bus: Bus;
  readonly busNumber: number;
  readonly model: string | null;
}

/** Where a disk of a hardware section sits, and what it is. */
export interface PlacedDisk {
  readonly item: OvfItem;
  /** "ovf:/disk/ID" or what the tool writes instead. */
  readonly hostResource: string;
  readonly deviceKey: number;
  readonly controller: OvfController;
  readonly unit: number;
}

/** Why a disk has no place. */
export interface Unplaced {
  readonly item: OvfItem;
  readonly value: string;
  readonly expected: string;
}

const SCSI_MODELS: Readonly<Record<string, string>> = {
  virtualscsi: "pvscsi",
  pvscsi: "pvscsi",
  lsilogic: "lsilogic",
  lsilogicsas: "lsilogicsas",
  buslogic: "buslogic",
  virtioscsi: "virtio-scsi",
  "virtio-scsi": "virtio-scsi",
};

/** Disk-interfaces of oVirt, whose disks have no controllers. */
const OVIRT: Readonly<Record<string, OvfController>> = {
  ide: { key: null, bus: "ide", busNumber: 0, model: null },
  virtio: { key: null, bus: "scsi", busNumber: 0, model: "virtio-blk" },
  virtio_scsi: { key: null, bus: "scsi", busNumber: 0, model: "virtio-scsi" },
  sata: { key: null, bus: "sata", busNumber: 0, model: "ahci" },
};

/** Places the disks of a hardware section on its controllers. `interfaceOf`: what oVirt says of a disk's bus. */
export function placedDisks(
  items: readonly OvfItem[],
  interfaceOf: (hostResource: string) => string | undefined,
): { readonly disks: readonly PlacedDisk[]; readonly unplaced: readonly Unplaced[] } {
  const controllers = controllersOf(items);
  const disks: PlacedDisk[] = [];
  const unplaced: Unplaced[] = [];
  const taken = new Set<number>();
  for (const item of items.filter(({ type }) => type === 17)) {
    const hostResource = textOf(item.element, "HostResource") ?? "";
    const controller =
      item.parent === null ? OVIRT[interfaceOf(hostResource)?.toLowerCase() ?? ""] : controllers.get(item.parent);
    if (controller === undefined || controller === null) {
      const twice = controller === null;
      unplaced.push({
        item,
        value: `Parent ${item.parent ?? "missing"}${twice ? ", which two devices are" : ""}`,
        expected: "the InstanceID of one disk controller of this VM",
      });
      continue;
    }
    const { bus, busNumber } = controller;
    const asked = wholeNumber(item.addressOnParent ?? undefined);
    const unit = asked ?? firstFree((one) => taken.has(diskKey(bus, busNumber, one)));
    const deviceKey = diskKey(bus, busNumber, unit);
    if (unit > 255 || taken.has(deviceKey)) {
      const value = `AddressOnParent ${item.addressOnParent ?? "missing"} of controller ${item.parent ?? ""}`;
      unplaced.push({ item, value, expected: "a place on the controller that no other disk has" });
      continue;
    }
    taken.add(deviceKey);
    disks.push({ item, hostResource, deviceKey, controller, unit });
  }
  return { disks, unplaced };
}

function firstFree(isTaken: (unit: number) => boolean): number {
  let unit = 0;
  while (isTaken(unit)) unit += 1;
  return unit;
}

/** Controllers by InstanceID; null where two devices have the same one. */
function controllersOf(items: readonly OvfItem[]): Map<string, OvfController | null> {
  const found = items.flatMap((item) => {
    const kind = kindOf(item);
    return kind === null ? [] : [{ item, ...kind }];
  });
  const numbered = new Map<string, OvfController | null>();
  for (const bus of ["scsi", "sata", "ide", "nvme"] as const) {
    const ofBus = found.filter((one) => one.bus === bus);
    const addresses = ofBus.map(({ item }) => wholeNumber(item.address ?? undefined));
    // Addresses count only where they tell the controllers apart.
    const useful = new Set(addresses).size === ofBus.length && addresses.every((one) => one !== null && one < 64);
    for (const [index, { item, model }] of ofBus.entries()) {
      const busNumber = (useful ? addresses[index] : null) ?? index;
      const controller = { key: controllerKey(bus, busNumber), bus, busNumber, model };
      numbered.set(item.id, numbered.has(item.id) ? null : controller);
    }
  }
  return numbered;
}

function kindOf({ type, subType }: OvfItem): { bus: Bus; model: string | null } | null {
  // VMware may list several that would do ("lsilogic buslogic"): the first is the one it has.
  const [first = ""] = subType.split(/\s+/);
  if (type === 5) return { bus: "ide", model: null };
  if (type === 6) return { bus: "scsi", model: SCSI_MODELS[first] ?? (first === "" ? null : first) };
  if (type !== 20) return null;
  if (/nvme/.test(first)) return { bus: "nvme", model: null };
  if (/virtio/.test(first)) return { bus: "scsi", model: "virtio-scsi" };
  return { bus: "sata", model: "ahci" };
}
