import type { z } from "zod";
import type { Fault } from "../fault.ts";
import type { DiskFormat, EstateDisk } from "../schema/estate.ts";
import { shown } from "../shown.ts";
import { imageFacts } from "./image-size.ts";
import { insideFolder } from "./inside-folder.ts";
import { resolved, type OvfDisk, type OvfDocument, type OvfFile } from "./ovf-document.ts";
import { diskFormat } from "./ovf-format.ts";
import type { OvfPackage, PackageFile } from "./ovf-package.ts";
import type { PlacedDisk } from "./ovf-storage.ts";
import { bytesPerUnit, wholeNumber } from "./ovf-units.ts";
import { sourceFault, type ReadOptions } from "./reader.ts";

/** What finding the disks of a system needs to know. */
export interface DiskContext {
  readonly pack: OvfPackage;
  readonly document: OvfDocument;
  readonly options: ReadOptions;
  readonly vm: string;
  readonly properties: ReadonlyMap<string, string>;
  /** Names of files that are not what the manifest says. */
  readonly wrong: ReadonlySet<string>;
  readonly bootOrder: number | null;
}

/** A disk with all its facts, or the fault for which the VM cannot be taken. */
export async function ovfDisk(placed: PlacedDisk, context: DiskContext): Promise<z.input<typeof EstateDisk> | Fault> {
  const { pack, document, options } = context;
  const label = placed.item.name === "" ? `Disk ${placed.deviceKey}` : placed.item.name;
  const fault = (value: string, expected: string, advice: string, line = placed.item.element.line): Fault =>
    sourceFault(pack.file, context.vm, label, shown(value, 120), expected, advice, line);
  const disk = diskOf(placed.hostResource, document);
  if (disk === null || disk === undefined) {
    const which = disk === null ? "two disks of the DiskSection" : "no disk of the DiskSection";
    return fault(`${placed.hostResource}: ${which}`, "a disk of the DiskSection", "export the VM again");
  }
  const { line } = disk.element;
  const capacity = capacityBytes(disk, context.properties);
  if (capacity === 0 || Number.isNaN(capacity))
    return fault(
      `capacity ${shown(disk.element.attributes.get("capacity") ?? "")} ${shown(disk.element.attributes.get("capacityAllocationUnits") ?? "")}`,
      "a size above 0 in bytes or a unit such as byte * 2^30",
      "export the VM again",
      line,
    );
  if (disk.fileRef === null || disk.fileRef === "")
    return fault(
      "a disk without a file",
      "a file with the disk's content",
      "take the disk out of the VM, or make an empty image of its size and name it in the OVF",
      line,
    );
  const file = fileOf(disk.fileRef, document);
  const notWhole = file === null || file === undefined ? null : splitOrPacked(file);
  if (file === null || file === undefined || notWhole !== null)
    return fault(
      notWhole ?? `fileRef ${disk.fileRef}: ${file === null ? "two files" : "no file"} of the References`,
      "one whole, uncompressed file of the References",
      "export the VM again, without compression and in whole files",
      line,
    );
  const found = await pack.find(file.href);
  if (found === null || typeof found === "string")
    return fault(
      `${file.href}: ${found ?? "no plain file of the package"}`,
      "a file of the package",
      "get the package again",
      file.line,
    );
  if (context.wrong.has(found.name))
    return fault(
      found.name,
      "the content that the manifest tells",
      "get the package again: the file was damaged or changed",
      file.line,
    );
  const format = diskFormat(disk.element.attributes, file.href);
  if (format === null)
    return fault(
      `format ${shown(disk.element.attributes.get("format") ?? "missing")}`,
      "vmdk, vhd, vhdx, qcow2, vdi or raw",
      "convert the disk, or correct the format in the OVF",
      line,
    );
  const inside = await insideFolder(options.datastoreFolder, found.file);
  if (inside === null)
    return fault(
      found.file,
      `a file below ${options.datastoreFolder}`,
      "give the folder that holds all packages with --datastore-folder",
    );
  const image = await imageOf(found, format, capacity);
  if (typeof image === "string")
    return fault(
      `${file.href}: ${image}`,
      `a ${format} file`,
      "get the package again, or correct the format in the OVF",
      line,
    );
  const populated = wholeNumber(disk.element.attributes.get("populatedSize"));
  const parent = disk.element.attributes.get("parentRef") ?? "";
  const { deviceKey, unit, controller } = placed;
  return {
    ...{ deviceKey, label, controller, unit, format, datastore: options.datastore },
    ...{ file: inside, member: found.member, bootOrder: context.bootOrder },
    capacityBytes: image.capacityBytes,
    usedBytes: populated === null || populated === 0 ? found.size : populated,
    encrypted: image.encrypted,
    parentFile: parent === "" ? image.parentFile : `disk ${shown(parent)}`,
  };
}

/** VMware and VirtualBox name a disk "ovf:/disk/ID", older tools "/disk/ID"; oVirt names its file. */
export function diskOf(hostResource: string, { disks, files }: OvfDocument): OvfDisk | null | undefined {
  const [, kind, id = ""] = /^(?:ovf:)?\/{0,2}(disk|file)\/(.+)$/.exec(hostResource) ?? [];
  if (kind === "disk") return disks.get(id);
  const file = kind === "file" ? id : hostResource;
  const all = [...disks.values()].filter((disk) => disk !== null);
  const same = all.filter(
    ({ id: diskId, fileRef }) => diskId === file || fileRef === file || hrefOf(fileRef, files) === file,
  );
  return same.length > 1 ? null : same[0];
}

const hrefOf = (fileRef: string | null, files: OvfDocument["files"]): string | undefined =>
  fileRef === null ? undefined : files.get(fileRef)?.href;

/** A file by its id, else (oVirt) by its href. */
function fileOf(fileRef: string, { files }: OvfDocument): OvfFile | null | undefined {
  if (files.has(fileRef)) return files.get(fileRef);
  const same = [...files.values()].filter((file) => file?.href === fileRef);
  return same.length > 1 ? null : same[0];
}

function splitOrPacked({ href, compression, isChunked }: OvfFile): string | null {
  if (isChunked) return `${href}: split into parts (chunkSize)`;
  return compression === "" || compression === "identity" ? null : `${href}: compressed with ${compression}`;
}

/** In bytes; null: the OVF does not tell; NaN: what it tells is no size. */
function capacityBytes({ element: { attributes } }: OvfDisk, properties: ReadonlyMap<string, string>): number | null {
  const text = resolved(attributes.get("capacity"), properties);
  if (text === undefined && !attributes.has("capacity")) return null;
  const [count, unit] = [wholeNumber(text), bytesPerUnit(attributes.get("capacityAllocationUnits") ?? "byte")];
  const bytes = count === null || unit === null ? Number.NaN : count * unit;
  return Number.isSafeInteger(bytes) ? bytes : Number.NaN;
}

/** What the image itself says counts: it is what is copied. A VHDX is not opened: there the OVF's size stands. */
async function imageOf(
  file: PackageFile,
  format: DiskFormat,
  capacity: number | null,
): Promise<{ capacityBytes: number; parentFile: string | null; encrypted: boolean } | string> {
  if (format === "vhdx")
    return capacity === null
      ? "it has no capacity in the OVF"
      : { capacityBytes: capacity, parentFile: null, encrypted: false };
  try {
    const facts = await file.use((bytes) => imageFacts(bytes, format));
    return facts.capacityBytes > 0 ? facts : "it has the size 0";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
