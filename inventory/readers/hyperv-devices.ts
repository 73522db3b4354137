import { isIP } from "node:net";
import type { z } from "zod";
import type { EstateDevice, EstateDisk, EstateNic } from "../schema/estate.ts";
import { diskKey, nicKey } from "./device-keys.ts";
import type { HypervDisk, HypervNic, HypervVm } from "./hyperv-schema.ts";
import { windowsPlace } from "./windows-path.ts";

/** Why a disk cannot be taken. */
export interface BadDisk {
  readonly label: string;
  readonly value: string;
  readonly expected: string;
  readonly advice: string;
}

/** A Hyper-V controller has up to 64 places; its disks get keys of their own range, 64 a controller. */
const SCSI_PLACES = 64;
const FIRST_SCSI = 2000;

const place = ({ ControllerType, ControllerNumber, ControllerLocation }: HypervDisk): string =>
  `${ControllerType.toUpperCase()} ${ControllerNumber}:${ControllerLocation}`;

/** A hard disk with its facts, or why it cannot be taken. */
export function hypervDisk(disk: HypervDisk, vm: HypervVm): z.input<typeof EstateDisk> | BadDisk {
  const label = `Hard disk ${place(disk)}`;
  const bad = (value: string, expected: string, advice: string): BadDisk => ({ label, value, expected, advice });
  const isIde = disk.ControllerType.toUpperCase() === "IDE";
  if (!isIde && disk.ControllerType.toUpperCase() !== "SCSI")
    return bad(disk.ControllerType, "an IDE or SCSI controller", "move the disk to one");
  const { ControllerNumber: busNumber, ControllerLocation: unit } = disk;
  const common = {
    deviceKey: isIde ? diskKey("ide", busNumber, unit) : FIRST_SCSI + SCSI_PLACES * busNumber + unit,
    label,
    unit,
    controller: isIde
      ? ({ key: null, bus: "ide", busNumber, model: null } as const)
      : ({ key: null, bus: "scsi", busNumber, model: "hyperv-scsi" } as const),
    sharing: disk.SupportPersistentReservations === true ? ("multiWriter" as const) : ("none" as const),
    bootOrder: bootOrder(disk, vm),
    uuid: text(disk.DiskIdentifier)?.toLowerCase() ?? null,
  };
  if (disk.DiskNumber !== null && disk.DiskNumber !== undefined) return physical(disk, common, bad);
  const path = text(disk.Path);
  if (path === null) return bad("no path", "the path of a VHD or VHDX", "run the export as an administrator");
  const found = windowsPlace(path, text(vm.Host)?.toLowerCase() ?? "host");
  if ("refused" in found)
    return bad(`${path}: ${found.refused}`, "an absolute path on a drive, cluster volume or share", "move the disk");
  const format = formatOf(disk.VhdFormat, path);
  if (format === null)
    return bad(`${path}: ${disk.VhdFormat ?? "an unknown format"}`, "a VHD or VHDX", "copy a VHD set into one VHDX");
  if (typeof disk.Size !== "number" || disk.Size <= 0)
    return bad(`${path}: no size`, "what Get-VHD says of it", "run the export where the disk can be read");
  const parent = text(disk.ParentPath) ?? (disk.VhdType === "Differencing" ? "another disk" : null);
  return {
    ...common,
    ...found,
    format,
    capacityBytes: disk.Size,
    usedBytes: disk.FileSize ?? null,
    thin:
      disk.VhdType === "Dynamic" || disk.VhdType === "Differencing" ? true : disk.VhdType === "Fixed" ? false : null,
    parentFile: parent,
  };
}

function physical(
  { PhysicalSize, Path, DiskNumber }: HypervDisk,
  common: Omit<z.input<typeof EstateDisk>, "capacityBytes" | "file" | "datastore" | "format">,
  bad: (value: string, expected: string, advice: string) => BadDisk,
): z.input<typeof EstateDisk> | BadDisk {
  const what = text(Path) ?? `physical disk ${DiskNumber ?? ""}`;
  if (typeof PhysicalSize !== "number" || PhysicalSize <= 0)
    return bad(`${what}: no size`, "the size of the physical disk", "run the export on the host that has it");
  return { ...common, capacityBytes: PhysicalSize, file: what, datastore: "physical", format: "raw", rdm: "physical" };
}

function formatOf(name: string | null | undefined, path: string): "vhd" | "vhdx" | null {
  if (/\.vhds$/i.test(path)) return null;
  const format = name?.toUpperCase() ?? /\.a?(vhdx?)$/i.exec(path)?.[1]?.toUpperCase();
  return format === "VHD" ? "vhd" : format === "VHDX" ? "vhdx" : null;
}

/** Generation 2 has an order of devices; generation 1 starts from the first disk of its IDE controllers. */
function bootOrder(disk: HypervDisk, vm: HypervVm): number | null {
  if (vm.Generation === 2) {
    const position = vm.BootDisks.map((one) => one.toUpperCase()).indexOf(place(disk));
    return position < 0 ? null : position;
  }
  const ide = vm.HardDisks.filter(({ ControllerType }) => ControllerType.toUpperCase() === "IDE").map(place);
  return ide.sort()[0] === place(disk) ? 0 : null;
}

/** The NICs in their order. A dynamic MAC is kept: it is the one that the guest knows. */
export function hypervNic(nic: HypervNic, index: number): z.input<typeof EstateNic> {
  const network = text(nic.SwitchName);
  const digits = (nic.MacAddress ?? "").toLowerCase().replace(/[:-]/g, "");
  const hasMac = /^[0-9a-f]{12}$/.test(digits) && !/^0+$/.test(digits);
  const addresses = nic.IPAddresses.map((address) => address.replace(/%.*$/, "")).filter((one) => isIP(one) !== 0);
  return {
    deviceKey: nicKey(index),
    label: text(nic.Name) ?? `Network adapter ${index + 1}`,
    macAddress: hasMac ? (digits.match(/../g) ?? []).join(":") : null,
    network: networkOf(nic),
    adapter: nic.IsLegacy === true ? "legacy" : "synthetic",
    connected: nic.Connected === true && network !== null,
    startConnected: network !== null,
    addresses: addresses.map((address) => ({ address, prefixLength: null })),
  };
}

/** Each VLAN of a switch is a network of its own: " (VLAN 10)" stands behind the switch's name. */
export function networkOf(nic: HypervNic): string {
  const name = text(nic.SwitchName);
  const vlan = vlanOf(nic);
  if (name === null) return "not connected";
  return vlan === null ? name : nic.VlanMode === "Trunk" ? `${name} (trunk ${vlan})` : `${name} (VLAN ${vlan})`;
}

/** A VLAN id, a trunk's ranges, or null. */
export function vlanOf({ VlanMode, AccessVlanId, AllowedVlanIds }: HypervNic): string | null {
  if (VlanMode === "Access" && (AccessVlanId ?? 0) > 0) return String(AccessVlanId);
  return VlanMode === "Trunk" ? text(AllowedVlanIds) : null;
}

/** What an OpenStack server does not get by itself. */
export function hypervDevices({ DvdDrives, NetworkAdapters }: HypervVm): EstateDevice[] {
  return [
    ...DvdDrives.map((label): EstateDevice => ({ kind: "cdrom", label, connected: null })),
    ...NetworkAdapters.filter(({ IovWeight }) => (IovWeight ?? 0) > 0).map(({ Name }): EstateDevice => ({
      kind: "sriov",
      label: text(Name) ?? "network adapter",
      connected: null,
    })),
  ];
}

/** A text that says something. */
export function text(value: string | null | undefined): string | null {
  return value === null || value === undefined || value.trim() === "" ? null : value;
}
