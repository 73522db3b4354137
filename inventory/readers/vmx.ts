import { existsSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import type { EstateDisk, EstateSnapshot } from "../schema/estate.ts";
import { shown } from "../shown.ts";
import { checkedVm, sourceFault, type Finding, type FoundVm, type Reader, type ReadOptions } from "./reader.ts";
import { insideFolder } from "./inside-folder.ts";
import { readVmdkFacts } from "./vmdk-size.ts";
import { vmxDevices, vmxDisks, vmxNics, type VmxDisk } from "./vmx-devices.ts";
import { vmxSnapshots } from "./vmx-snapshots.ts";
import { guestIdOf } from "./vmx-guest.ts";
import { flag, parseVmx, vmxEncoding, whole, type VmxValues } from "./vmx-text.ts";

/** A .vmx file has a few hundred lines. */
const LARGEST_BYTES = 1 << 20;
/** Deeper than folders of VMs are nested. */
const DEEPEST = 8;

/** VMs of Workstation, Player or a datastore of ESXi: a .vmx file, or a folder with any number of them below it. */
export const readVmx: Reader = async function* (place, options) {
  for await (const file of vmxFiles(place, 0)) yield* readOne(file, options);
};

/** Symbolic links are not followed: they may lead out of the folder, or round in a circle. */
async function* vmxFiles(place: string, depth: number): AsyncIterable<string> {
  if (/\.vmx$/i.test(place)) {
    yield place;
    return;
  }
  const entries = await readdir(place, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const below = path.join(place, entry.name);
    if (entry.isFile() && /\.vmx$/i.test(entry.name)) yield below;
    if (entry.isDirectory() && depth < DEEPEST) yield* vmxFiles(below, depth + 1);
  }
}

async function* readOne(file: string, options: ReadOptions): AsyncIterable<Finding> {
  const text = await readText(file);
  if (text === null) {
    yield {
      fault: sourceFault(
        file,
        null,
        "",
        "unreadable or too large",
        "a .vmx file of at most 1 MiB",
        "see its path and permissions",
      ),
    };
    return;
  }
  const beside = file.replace(/\.vmx$/i, ".vmsd");
  const snapshots = (await insideFolder(path.dirname(file), beside)) === null ? null : await readText(beside);
  yield* vmxFindings(file, text, options, { inside: insideFolder, image: readVmdkFacts, snapshots });
}

/** What a reader looks at beside the text of the .vmx. */
export interface VmxLook {
  readonly inside: typeof insideFolder;
  readonly image: typeof readVmdkFacts;
  /** Text of the .vmsd; null: there is none. */
  readonly snapshots: string | null;
}

/** The VM of the file's text. */
export async function* vmxFindings(
  file: string,
  text: string,
  options: ReadOptions,
  look: VmxLook,
): AsyncIterable<Finding> {
  const values = parseVmx(text);
  const title = values.get("displayname") ?? "";
  const name = title === "" ? path.basename(file).replace(/\.vmx$/i, "") : title;
  if (values.has("encryption.data")) {
    const advice = "decrypt the VM in VMware first (VM settings, Access Control: remove the encryption)";
    yield { fault: sourceFault(file, name, "encryption.data", "encrypted", "a .vmx that can be read", advice) };
    return;
  }
  const disks = [];
  let isWhole = true;
  for (const disk of vmxDisks(values)) {
    const found = await diskOf(file, name, disk, options, look);
    if ("fault" in found) {
      isWhole = false;
      yield found;
    } else disks.push(found);
  }
  // A VM that lacks one of its disks would be migrated without it.
  if (!isWhole) return;
  const snapshots = vmxSnapshots(parseVmx(look.snapshots ?? ""));
  yield* checkedVm(file, { ...vmOf(file, name, values, options, snapshots), disks, nics: vmxNics(values) });
}

async function readText(file: string): Promise<string | null> {
  try {
    const handle = await open(file, "r");
    try {
      if ((await handle.stat()).size > LARGEST_BYTES) return null;
      const content = await handle.readFile();
      return new TextDecoder(vmxEncoding(content.subarray(0, 4096).toString("latin1"))).decode(content);
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

/** The VM without its disks and NICs. A running VMware keeps a folder NAME.vmx.lck beside the file. */
function vmOf(
  file: string,
  name: string,
  values: VmxValues,
  { datastore, datastoreFolder }: ReadOptions,
  snapshots: z.input<typeof EstateSnapshot>[],
): Omit<z.input<typeof FoundVm>, "disks" | "nics"> {
  const suspended = (values.get("checkpoint.vmstate") ?? "") !== "";
  const version = whole(values, "virtualhw.version");
  return {
    // The path, because a copied folder has the same uuid.bios as the VM it was copied from.
    source: { kind: "vmx", id: path.relative(path.resolve(datastoreFolder), path.resolve(file)), server: datastore },
    instanceUuid: uuidOf(values.get("vc.uuid")),
    name,
    powerState: suspended ? "suspended" : existsSync(`${file}.lck`) ? "poweredOn" : "poweredOff",
    template: false,
    cpus: whole(values, "numvcpus") ?? 1,
    coresPerSocket: whole(values, "cpuid.corespersocket"),
    memoryMiB: whole(values, "memsize") ?? 256,
    firmware: values.get("firmware")?.toLowerCase() === "efi" ? "efi" : "bios",
    secureBoot: flag(values, "uefi.secureboot.enabled") ?? false,
    tpm: (flag(values, "vtpm.present") ?? false) || (flag(values, "managedvm.autoaddvtpm") ?? false),
    guestId: guestIdOf(values.get("guestos") ?? ""),
    hostName: null,
    toolsState: "unknown",
    hardwareVersion: version === null || version === 0 ? null : version,
    cpuHotAdd: flag(values, "vcpu.hotadd"),
    memoryHotAdd: flag(values, "mem.hotadd"),
    cpuAffinity: isSet(values, "sched.cpu.affinity", "all"),
    numaAffinity: isSet(values, "numa.nodeaffinity"),
    diskUuidVisible: flag(values, "disk.enableuuid"),
    changeTracking: flag(values, "ctkenabled"),
    annotation: values.get("annotation") ?? null,
    devices: vmxDevices(values),
    snapshots,
  };
}

/** Whether a key says something else than nothing and `usual`; null when it is missing. */
function isSet(values: VmxValues, key: string, usual = ""): boolean | null {
  const value = values.get(key);
  return value === undefined ? null : value !== "" && value.toLowerCase() !== usual;
}

/** "52 3a ... - ..": VMware's way of writing a UUID. */
function uuidOf(text: string | undefined): string | null {
  const digits = (text ?? "").replace(/[\s-]/g, "").toLowerCase();
  return /^[0-9a-f]{32}$/.test(digits) ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") : null;
}

/** A disk with what its own file says, or a fault. The path in the estate is relative to the datastore's folder. */
async function diskOf(
  file: string,
  vm: string,
  { facts, fileName }: VmxDisk,
  { datastore, datastoreFolder }: ReadOptions,
  look: VmxLook,
): Promise<z.input<typeof EstateDisk> | { fault: ReturnType<typeof sourceFault> }> {
  const fault = (value: string, expected: string, advice: string) => ({
    fault: sourceFault(file, vm, facts.label, shown(value, 120), expected, advice),
  });
  // ESXi names a disk of another datastore by its volume (/vmfs/volumes/ID/...). Which volume that is, the .vmx does not tell.
  const found = path.resolve(path.dirname(file), fileName);
  const inside = await look.inside(datastoreFolder, found);
  if (inside === null)
    return fault(
      fileName,
      `a file below ${datastoreFolder}`,
      "give the folder that holds all disks with --datastore-folder; of disks in several datastores vCenter tells",
    );
  try {
    const { capacityBytes, parentFile, encrypted, usedBytes } = await look.image(found);
    return { ...facts, file: inside, datastore, format: "vmdk", capacityBytes, parentFile, encrypted, usedBytes };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fault(
      `${fileName}: ${reason}`,
      "a VMDK that can be read",
      "copy the VM's whole folder, or see the file's permissions",
    );
  }
}
