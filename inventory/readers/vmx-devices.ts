import type { z } from "zod";
import type { EstateDevice, EstateDisk, EstateNic } from "../schema/estate.ts";
import { controllerKey, diskKey, nicKey, type Bus } from "./device-keys.ts";
import { flag, presentDevices, type VmxValues } from "./vmx-text.ts";

/** A hard disk of a .vmx file whose size is not known yet: that stands in the disk's own file. */
export interface VmxDisk {
  /** Everything but capacity, file, datastore and parent. */
  readonly facts: Omit<z.input<typeof EstateDisk>, "capacityBytes" | "file" | "datastore" | "format" | "parentFile">;
  /** As the .vmx names it: relative to its folder, or absolute. */
  readonly fileName: string;
}

const MODELS: Readonly<Record<string, string>> = {
  lsisas1068: "lsilogicsas",
  lsilogic: "lsilogic",
  pvscsi: "pvscsi",
  buslogic: "buslogic",
};

const MODES: Readonly<Record<string, z.input<typeof EstateDisk>["mode"]>> = {
  "independent-persistent": "independent_persistent",
  "independent-nonpersistent": "independent_nonpersistent",
  nonpersistent: "nonpersistent",
  undoable: "undoable",
  append: "append",
};

/** The hard disks, by bus and position. CD drives and floppies are devices. */
export function vmxDisks(values: VmxValues): VmxDisk[] {
  const order = (values.get("bios.hddorder") ?? "").split(",").map((name) => name.trim().toLowerCase());
  return presentDevices(values, /^(?:scsi|sata|ide|nvme)(\d+):(\d+)$/).flatMap(({ device, numbers }) => {
    const fileName = values.get(`${device}.filename`) ?? "";
    if (!isHardDisk(values.get(`${device}.devicetype`), fileName)) return [];
    const [busNumber = 0, unit = 0] = numbers;
    return [{ fileName, facts: diskFacts(values, device, busNumber, unit, order.indexOf(device)) }];
  });
}

function diskFacts(
  values: VmxValues,
  device: string,
  busNumber: number,
  unit: number,
  position: number,
): VmxDisk["facts"] {
  const bus = busOf(device);
  const deviceType = values.get(`${device}.devicetype`)?.toLowerCase() ?? "";
  return {
    deviceKey: diskKey(bus, busNumber, unit),
    label: `Hard disk ${device}`,
    controller: {
      key: controllerKey(bus, busNumber),
      bus,
      busNumber,
      model: controllerModel(values, bus, busNumber),
      sharedBus: sharedBus(values.get(`${bus}${busNumber}.sharedbus`)),
    },
    unit,
    mode: MODES[values.get(`${device}.mode`)?.toLowerCase() ?? ""] ?? "persistent",
    sharing: values.get(`${device}.sharing`)?.toLowerCase() === "multi-writer" ? "multiWriter" : "none",
    rdm: deviceType === "rawdisk" || deviceType.includes("passthru") ? "physical" : "none",
    bootOrder: position < 0 ? null : position,
    changeTracking: flag(values, `${device}.ctkenabled`),
  };
}

const busOf = (device: string): Bus =>
  device.startsWith("scsi") ? "scsi" : device.startsWith("sata") ? "sata" : device.startsWith("nvme") ? "nvme" : "ide";

function controllerModel(values: VmxValues, bus: Bus, busNumber: number): string | null {
  if (bus === "sata") return "ahci";
  if (bus !== "scsi") return null;
  const model = values.get(`scsi${busNumber}.virtualdev`)?.toLowerCase();
  return model === undefined ? "lsilogic" : (MODELS[model] ?? model);
}

function sharedBus(value: string | undefined): "none" | "virtual" | "physical" {
  const found = value?.toLowerCase();
  return found === "virtual" || found === "physical" ? found : "none";
}

/** Without a type (Workstation, Player) the file's name tells. */
function isHardDisk(deviceType: string | undefined, fileName: string): boolean {
  if (deviceType === undefined) return /\.vmdk$/i.test(fileName);
  return /disk/i.test(deviceType) && !/cdrom/i.test(deviceType);
}

/** The NICs in their order. A NIC whose address VMware has not made yet (never switched on) has none. */
export function vmxNics(values: VmxValues): z.input<typeof EstateNic>[] {
  return presentDevices(values, /^ethernet(\d+)$/).map(({ device, numbers }) => {
    const generated = values.get(`${device}.generatedaddress`);
    const address = values.get(`${device}.addresstype`)?.toLowerCase() === "static" ? undefined : generated;
    return {
      deviceKey: nicKey(numbers[0] ?? 0),
      label: `Network adapter ${(numbers[0] ?? 0) + 1}`,
      macAddress: address ?? values.get(`${device}.address`) ?? generated ?? null,
      network: networkOf(values, device),
      adapter: values.get(`${device}.virtualdev`)?.toLowerCase() ?? null,
      connected: flag(values, `${device}.startconnected`) ?? true,
      startConnected: flag(values, `${device}.startconnected`) ?? true,
    };
  });
}

/** Port group (ESXi), else the virtual network (vmnet8) or the kind of connection (bridged, nat) of Workstation. */
function networkOf(values: VmxValues, device: string): string {
  const names = [`${device}.networkname`, `${device}.dvs.portgroupid`, `${device}.vnet`, `${device}.connectiontype`];
  return names.map((name) => values.get(name)).find((name) => name !== undefined && name !== "") ?? "bridged";
}

/** What an OpenStack server does not get by itself. */
export function vmxDevices(values: VmxValues): EstateDevice[] {
  const kinds: readonly (readonly [RegExp, EstateDevice["kind"]])[] = [
    [/^pcipassthru(\d+)$/, "passthrough"],
    [/^(?:usb|ehci|usb_xhci)$/, "usbController"],
    [/^usb(?:_xhci)?:(\d+)$/, "usb"],
    [/^serial(\d+)$/, "serial"],
    [/^parallel(\d+)$/, "parallel"],
    [/^floppy(\d+)$/, "floppy"],
    [/^sound$/, "sound"],
  ];
  const plain = kinds.flatMap(([name, kind]) =>
    presentDevices(values, name).map(({ device }) => ({
      kind,
      label: device,
      connected: flag(values, `${device}.startconnected`),
    })),
  );
  const drives = presentDevices(values, /^(?:scsi|sata|ide)(\d+):(\d+)$/)
    .filter(({ device }) => /cdrom/i.test(values.get(`${device}.devicetype`) ?? ""))
    .map(({ device }) => ({
      kind: "cdrom" as const,
      label: device,
      connected: flag(values, `${device}.startconnected`) ?? true,
    }));
  return [...plain, ...drives];
}
