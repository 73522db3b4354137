import type { z } from "zod";
import { EstateDisk } from "../schema/estate.ts";
import { flagAt, nodeAt, nodesOf, refAt, textAt, wholeAt, type Ref } from "../vsphere/node-values.ts";
import type { Places } from "../vsphere/places.ts";
import type { XmlNode } from "../vsphere/xml-node.ts";

type Disk = z.input<typeof EstateDisk>;

/** What disks need of their VM. */
export interface DiskSurroundings {
  readonly devices: readonly XmlNode[];
  /** config.changeTrackingEnabled. */
  readonly changeTracking: boolean | null;
  /** Device keys of the disks in the VM's boot order. */
  readonly bootOrder: readonly number[];
  /** layoutEx: which files a disk takes. */
  readonly layout: XmlNode | null;
  /** All datastores that the VM uses. */
  readonly datastores: readonly Ref[];
  readonly places: Places;
}

/** A disk that cannot be told: its label, what was found and what was expected. */
export interface WrongDisk {
  readonly label: string;
  readonly value: string;
  readonly expected: string;
}

/** Controllers by their type (vSphere API: VirtualController and what is derived from it). */
const CONTROLLERS: Readonly<Record<string, { bus: Disk["controller"]["bus"]; model: string | null }>> = {
  ParaVirtualSCSIController: { bus: "scsi", model: "pvscsi" },
  VirtualLsiLogicController: { bus: "scsi", model: "lsilogic" },
  VirtualLsiLogicSASController: { bus: "scsi", model: "lsilogicsas" },
  VirtualBusLogicController: { bus: "scsi", model: "buslogic" },
  VirtualSCSIController: { bus: "scsi", model: null },
  VirtualAHCIController: { bus: "sata", model: "ahci" },
  VirtualSATAController: { bus: "sata", model: "ahci" },
  VirtualIDEController: { bus: "ide", model: null },
  VirtualNVMEController: { bus: "nvme", model: null },
};

const SHARING: Readonly<Record<string, Disk["controller"]["sharedBus"]>> = {
  virtualSharing: "virtual",
  physicalSharing: "physical",
};

/** The hard disks of a VM, as its configuration lists them. */
export function vsphereDisks(surroundings: DiskSurroundings): { disks: Disk[]; wrong: WrongDisk[] } {
  const disks: Disk[] = [];
  const wrong: WrongDisk[] = [];
  for (const device of surroundings.devices.filter(({ type }) => type === "VirtualDisk")) {
    const found = diskOf(device, surroundings);
    if ("expected" in found) wrong.push(found);
    else disks.push(found);
  }
  return { disks, wrong };
}

function diskOf(device: XmlNode, surroundings: DiskSurroundings): Disk | WrongDisk {
  const key = wholeAt(device, "key");
  const label = textAt(device, "deviceInfo", "label") ?? `disk ${key ?? "without key"}`;
  const backing = nodeAt(device, "backing");
  const controller = controllerOf(device, surroundings.devices);
  const unit = wholeAt(device, "unitNumber");
  const capacityBytes = wholeAt(device, "capacityInBytes") ?? (wholeAt(device, "capacityInKB") ?? 0) * 1024;
  const place = placeOf(backing, surroundings);
  if (key === null || controller === null || unit === null)
    return { label, value: "no key, controller or unit number", expected: "a disk that is attached to a controller" };
  if (place === null)
    return { label, value: backing?.type ?? "no backing", expected: "a disk in a file of a datastore" };
  if (capacityBytes <= 0) return { label, value: `a capacity of ${capacityBytes} bytes`, expected: "its size" };
  const position = surroundings.bootOrder.indexOf(key);
  const mode = EstateDisk.shape.mode.safeParse(textAt(backing, "diskMode") ?? undefined);
  if (!mode.success)
    return { label, value: `the mode ${textAt(backing, "diskMode") ?? ""}`, expected: "a disk mode of vSphere 8" };
  return {
    deviceKey: key,
    label,
    capacityBytes,
    ...place,
    format: "vmdk",
    controller,
    unit,
    mode: mode.data,
    sharing: textAt(backing, "sharing") === "sharingMultiWriter" ? "multiWriter" : "none",
    rdm: rdmOf(backing),
    encrypted: nodeAt(backing, "keyId") !== null,
    thin: flagAt(backing, "thinProvisioned"),
    bootOrder: position < 0 ? null : position,
    uuid: textAt(backing, "lunUuid") ?? textAt(backing, "uuid"),
    changeTracking: trackedOf(backing, surroundings.changeTracking),
    usedBytes: usedOf(key, surroundings.layout),
  };
}

/** The controller that a disk is attached to. */
function controllerOf(device: XmlNode, devices: readonly XmlNode[]): Disk["controller"] | null {
  const key = wholeAt(device, "controllerKey");
  const controller = key === null ? undefined : devices.find((one) => wholeAt(one, "key") === key);
  const kind = CONTROLLERS[controller?.type ?? ""];
  const busNumber = wholeAt(controller, "busNumber");
  if (key === null || kind === undefined || busNumber === null) return null;
  return { key, ...kind, busNumber, sharedBus: SHARING[textAt(controller, "sharedBus") ?? ""] ?? "none" };
}

/**
 * Datastore and file of the disk as it is now: on a snapshot that is the newest file of the chain, whose parent is named,
 * too. A raw device (without a mapping file) has a descriptor.
 */
function placeOf(
  backing: XmlNode | null,
  { datastores, places }: DiskSurroundings,
): Pick<Disk, "file" | "datastore" | "datastoreAccessible" | "parentFile"> | null {
  const path = splitPath(textAt(backing, "fileName") ?? textAt(backing, "descriptorFileName") ?? "");
  if (path === null) return null;
  const named = datastores.find((ref) => places.name(ref) === path.datastore);
  const datastore = refAt(backing, "datastore") ?? named ?? null;
  const parent = textAt(backing, "parent", "fileName");
  const parentPath = parent === null ? null : splitPath(parent);
  const sameStore = parentPath?.datastore === path.datastore;
  return {
    datastore: places.name(datastore) ?? path.datastore,
    file: path.file,
    datastoreAccessible: flagAt(places.value(datastore, "summary"), "accessible"),
    // Another datastore's file keeps its whole name.
    parentFile: sameStore ? parentPath.file : parent,
  };
}

/** "[datastore] folder/file.vmdk" (vSphere API: datastore path). */
export function splitPath(path: string): { datastore: string; file: string } | null {
  const [, datastore = "", file = ""] = /^\[([^\]]*)\] ?(.*)$/su.exec(path) ?? [];
  return datastore === "" || file === "" ? null : { datastore, file };
}

function rdmOf(backing: XmlNode | null): Disk["rdm"] {
  if (backing?.type?.includes("RawDisk") !== true) return "none";
  return textAt(backing, "compatibilityMode") === "virtualMode" ? "virtual" : "physical";
}

/** A disk is tracked once its VM has it switched on and the disk has a change id: before the next stun it has none. */
function trackedOf(backing: XmlNode | null, ofVm: boolean | null): boolean | null {
  return ofVm === null ? null : ofVm && textAt(backing, "changeId") !== null;
}

/** Size of all files of a disk, snapshots included. */
function usedOf(key: number, layout: XmlNode | null): number | null {
  const disk = nodesOf(layout, "disk").find((one) => wholeAt(one, "key") === key);
  if (disk === undefined) return null;
  const sizes = new Map(nodesOf(layout, "file").map((file) => [wholeAt(file, "key"), wholeAt(file, "size")]));
  const files = nodesOf(disk, "chain").flatMap((chain) => nodesOf(chain, "fileKey").map(({ text }) => Number(text)));
  return files.reduce<number | null>((sum, file) => {
    const size = sizes.get(file) ?? null;
    return sum === null || size === null ? null : sum + size;
  }, 0);
}

/** Keys of the disks in the boot order (config.bootOptions); NICs and drives in it are other ways to boot. */
export function bootDisks(bootOptions: XmlNode | null): number[] {
  return nodesOf(bootOptions, "bootOrder").flatMap((device) => {
    const key = wholeAt(device, "deviceKey");
    return device.type === "VirtualMachineBootOptionsBootableDiskDevice" && key !== null ? [key] : [];
  });
}
