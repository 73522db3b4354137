import path from "node:path";
import type { z } from "zod";
import type { FaultAt } from "../checked-file.ts";
import type { Fault } from "../fault.ts";
import { DiskFormat, type EstateDisk } from "../schema/estate.ts";
import type { ManualDisk } from "../schema/manual.ts";
import { shown } from "../shown.ts";
import type { Path } from "../source-document.ts";
import { diskKey, type Bus } from "./device-keys.ts";
import { readImageFacts } from "./image-size.ts";
import { insideFolder } from "./inside-folder.ts";
import type { ReadOptions } from "./reader.ts";
import type { VmdkFacts } from "./vmdk-size.ts";

/** The disks of a VM in their order, each with what its file says. `at`: where the VM stands in the document. */
export async function manualDisks(
  disks: readonly ManualDisk[],
  at: Path,
  fault: FaultAt,
  options: ReadOptions,
): Promise<{ disks: z.input<typeof EstateDisk>[]; faults: Fault[] }> {
  const found: z.input<typeof EstateDisk>[] = [];
  const faults: Fault[] = [];
  const used = new Map<Bus, number>();
  for (const [index, disk] of disks.entries()) {
    const bus = disk.bus === "virtio" ? "scsi" : (disk.bus ?? "scsi");
    const position = used.get(bus) ?? 0;
    used.set(bus, position + 1);
    const one = await diskOf(disk, index, bus, position, [...at, "disks", index], fault, options);
    if ("expected" in one) faults.push(one);
    else found.push(one);
  }
  return { disks: found, faults };
}

async function diskOf(
  disk: ManualDisk,
  index: number,
  bus: Bus,
  position: number,
  at: Path,
  fault: FaultAt,
  options: ReadOptions,
): Promise<z.input<typeof EstateDisk> | Fault> {
  const ending = DiskFormat.safeParse(path.extname(disk.file).slice(1).toLowerCase());
  const format = disk.format ?? (ending.success ? ending.data : null);
  if (format === null)
    return fault([...at, "file"], "a file whose ending is a format", "say the format (format: raw, ...)");
  if (!isPlain(disk.file))
    return fault([...at, "file"], "a path inside the datastore, without ..", "give it relative to the datastore");
  const elsewhere = disk.datastore !== undefined && disk.datastore !== options.datastore;
  const facts = elsewhere ? null : await factsOf(disk.file, format, options);
  if (typeof facts === "string" && disk.size === undefined)
    return fault(
      [...at, "file"],
      `a ${format} file that can be read (${facts})`,
      "correct it, or say the size (size: 20 GiB)",
    );
  const image = typeof facts === "string" ? null : facts;
  const capacityBytes = image?.capacityBytes ?? disk.size;
  if (capacityBytes === undefined)
    return fault(at, "a size, since its datastore is not the folder that is read", "say it (size: 20 GiB)");
  if (disk.size !== undefined && disk.size !== capacityBytes)
    return fault([...at, "size"], `the size that the file has: ${capacityBytes} bytes`, "correct it, or leave it out");
  // A SCSI controller sits on place 7 itself.
  const unit = bus === "scsi" && position > 6 ? position + 1 : position;
  return {
    deviceKey: disk.deviceKey ?? diskKey(bus, 0, unit),
    label: `Disk ${index + 1}`,
    ...{ file: disk.file, format, unit, capacityBytes, datastore: disk.datastore ?? options.datastore },
    controller: { key: null, bus, busNumber: 0, model: disk.bus === "virtio" ? "virtio-blk" : null },
    bootOrder: disk.boot === true ? 0 : null,
    usedBytes: image?.usedBytes ?? null,
    parentFile: image?.parentFile ?? null,
    encrypted: image?.encrypted ?? false,
  };
}

const isPlain = (file: string): boolean =>
  !path.isAbsolute(file) && !file.split("/").includes("..") && !/[\\\p{Cc}]/u.test(file);

/** What the file says of itself; a text: why it cannot be read. A VHDX is not opened. */
async function factsOf(
  file: string,
  format: DiskFormat,
  { datastoreFolder }: ReadOptions,
): Promise<VmdkFacts | string> {
  if (format === "vhdx") return "a VHDX is not opened";
  const place = path.join(datastoreFolder, file);
  try {
    if ((await insideFolder(datastoreFolder, place)) === null) return "it leads out of the datastore's folder";
    return await readImageFacts(place, format);
  } catch (error) {
    return shown(error instanceof Error ? error.message : String(error), 120);
  }
}
