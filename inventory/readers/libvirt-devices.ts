import type { z } from "zod";
import type { DiskFormat, EstateDevice, EstateDisk, EstateNic } from "../schema/estate.ts";
import { at, child, childrenOf, type XmlElement } from "./xml.ts";

/** A disk of a domain whose size is not known yet: that stands in the image. */
export interface DomainDisk {
  readonly facts: Omit<z.input<typeof EstateDisk>, "capacityBytes" | "file" | "datastore" | "parentFile">;
  /** Path of the image; null where the disk is no file. */
  readonly place: string | null;
  readonly line: number;
}

const FORMATS: Readonly<Record<string, DiskFormat>> = {
  qcow2: "qcow2",
  raw: "raw",
  vmdk: "vmdk",
  vdi: "vdi",
  vpc: "vhd",
  vhdx: "vhdx",
};

/** Keys of devices in ranges as vSphere has them: an image keeps its own across reads because its target's name does. */
const FIRST_DISK = 2000;
const FIRST_NIC = 4000;

/** The hard disks in the order of their targets (vda, vdb, ...). */
export function domainDisks(domain: XmlElement): DomainDisk[] {
  const disks = childrenOf(at(domain, "devices"), "disk").filter(
    ({ attributes }) => (attributes.get("device") ?? "disk") === "disk",
  );
  return withOwnKeys(disks.map((disk) => diskOf(disk, domain)));
}

/** vda and sda are both the first of their kind: the one that comes later in the order vd, sd, hd gets a key 100 higher. */
function withOwnKeys(disks: readonly DomainDisk[]): DomainDisk[] {
  const keys = new Map<DomainDisk, number>();
  const taken = new Set<number>();
  const rank = ({ facts: { label } }: DomainDisk): number =>
    ["Disk vd", "Disk sd", "Disk hd"].indexOf(label.slice(0, 7));
  for (const disk of [...disks].sort((a, b) => ((rank(a) + 4) % 4) - ((rank(b) + 4) % 4))) {
    let key = disk.facts.deviceKey;
    while (taken.has(key)) key += 100;
    taken.add(key);
    keys.set(disk, key);
  }
  return disks.map((disk) => ({ ...disk, facts: { ...disk.facts, deviceKey: keys.get(disk) ?? 0 } }));
}

function diskOf(disk: XmlElement, domain: XmlElement): DomainDisk {
  const target = child(disk, "target")?.attributes;
  const name = target?.get("dev") ?? "";
  const bus = target?.get("bus") ?? busOfName(name);
  const address = child(disk, "address")?.attributes;
  const busNumber = Number(address?.get("controller") ?? 0);
  const index = letterIndex(name);
  const order = child(disk, "boot")?.attributes.get("order");
  const source = child(disk, "source")?.attributes;
  const driver = child(disk, "driver")?.attributes.get("type") ?? "raw";
  return {
    line: disk.line,
    place: source?.get("file") ?? null,
    facts: {
      deviceKey: FIRST_DISK + index,
      label: `Disk ${name}`,
      format: FORMATS[driver] ?? "raw",
      controller: { key: null, ...controllerOf(bus, busNumber, domain) },
      unit: Number(address?.get("unit") ?? index),
      sharing: child(disk, "shareable") === undefined ? "none" : "multiWriter",
      encrypted: child(disk, "encryption") !== undefined,
      bootOrder: order === undefined || !/^\d{1,6}$/.test(order) ? null : Number(order) - 1,
    },
  };
}

function controllerOf(
  bus: string,
  busNumber: number,
  domain: XmlElement,
): Pick<z.input<typeof EstateDisk>["controller"], "bus" | "busNumber" | "model"> {
  switch (bus) {
    case "virtio":
      return { bus: "scsi", busNumber: 0, model: "virtio-blk" };
    case "scsi": {
      const controllers = childrenOf(at(domain, "devices"), "controller").filter(
        ({ attributes }) => attributes.get("type") === "scsi" && Number(attributes.get("index") ?? 0) === busNumber,
      );
      return { bus: "scsi", busNumber, model: controllers[0]?.attributes.get("model") ?? null };
    }
    case "sata":
      return { bus: "sata", busNumber, model: "ahci" };
    case "nvme":
      return { bus: "nvme", busNumber, model: null };
    default:
      return { bus: "ide", busNumber, model: null };
  }
}

const busOfName = (name: string): string => (name.startsWith("vd") ? "virtio" : name.startsWith("sd") ? "sata" : "ide");

/** 0 for vda, 1 for vdb, 26 for vdaa. */
function letterIndex(name: string): number {
  const letters = /^[a-z]d([a-z]{1,3})$/.exec(name)?.[1] ?? "a";
  return Array.from(letters).reduce((sum, letter) => sum * 26 + (letter.charCodeAt(0) - 96), 0) - 1;
}

/** The NICs in their order. One to which libvirt has not given an address yet has none. */
export function domainNics(domain: XmlElement): z.input<typeof EstateNic>[] {
  return childrenOf(at(domain, "devices"), "interface").map((element, index) => {
    const isUp = child(element, "link")?.attributes.get("state") !== "down";
    const source = child(element, "source")?.attributes;
    const names = ["network", "bridge", "portgroup", "dev"].map((key) => source?.get(key));
    return {
      deviceKey: FIRST_NIC + index,
      label: `Network interface ${index + 1}`,
      macAddress: child(element, "mac")?.attributes.get("address") ?? null,
      network: names.find((name) => name !== undefined) ?? element.attributes.get("type") ?? "unknown",
      adapter: child(element, "model")?.attributes.get("type") ?? null,
      connected: isUp,
      startConnected: isUp,
    };
  });
}

/** What an OpenStack server does not get by itself. */
export function domainDevices(domain: XmlElement): EstateDevice[] {
  const devices = at(domain, "devices");
  const hosts = childrenOf(devices, "hostdev").map((device): EstateDevice => {
    const isUsb = device.attributes.get("type") === "usb";
    return {
      kind: isUsb ? "usb" : "passthrough",
      label: `hostdev ${device.attributes.get("type") ?? ""}`,
      connected: true,
    };
  });
  const sriov = childrenOf(devices, "interface")
    .filter(({ attributes }) => attributes.get("type") === "hostdev")
    .map((_, index): EstateDevice => ({ kind: "sriov", label: `hostdev interface ${index + 1}`, connected: true }));
  const drives = childrenOf(devices, "disk").flatMap((disk): EstateDevice[] => {
    const kind = disk.attributes.get("device");
    const label = child(disk, "target")?.attributes.get("dev") ?? "";
    return kind === "cdrom" || kind === "floppy"
      ? [{ kind, label, connected: child(disk, "source") !== undefined }]
      : [];
  });
  return [...hosts, ...sriov, ...drives];
}
