import { execa } from "execa";
import { randomBytes } from "node:crypto";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { ImageFormat } from "./definition.ts";

/** The descriptor that ESXi writes beside a flat file. qemu-img reads such a pair but cannot make one. */
export const vmfsDescriptor = (flatFile: string, sizeBytes: number, contentId: string): string => {
  const sectors = sizeBytes / 512;
  return `# Disk DescriptorFile
version=1
encoding="UTF-8"
CID=${contentId}
parentCID=ffffffff
createType="vmfs"

# Extent description
RW ${sectors} VMFS "${flatFile}"

# The Disk Data Base
#DDB

ddb.adapterType = "lsilogic"
ddb.geometry.cylinders = "${Math.floor(sectors / 255 / 63)}"
ddb.geometry.heads = "255"
ddb.geometry.sectors = "63"
ddb.thinProvisioned = "1"
ddb.toolsVersion = "2147483647"
ddb.virtualHWVersion = "19"
`;
};

/** qemu-img's output format and options of a format that it can write. */
const qemuTarget = (format: Exclude<ImageFormat, "vmfs" | "raw">): { driver: string; options: string[] } => {
  switch (format) {
    case "monolithicFlat":
    case "monolithicSparse":
    case "streamOptimized":
    case "twoGbMaxExtentSparse":
    case "twoGbMaxExtentFlat":
      return { driver: "vmdk", options: ["-o", `subformat=${format},adapter_type=lsilogic`] };
    case "vhd":
      // without force_size the capacity is rounded up to cylinders
      return { driver: "vpc", options: ["-o", "subformat=dynamic,force_size=on"] };
    case "vhdx":
      return { driver: "vhdx", options: ["-o", "subformat=dynamic"] };
    case "vdi":
    case "qcow2":
      return { driver: format, options: [] };
  }
};

/** Turns a raw image into `file` in the wanted format. The raw image is used up. Extents get their names from `file`. */
export const writeAs = async (raw: string, file: string, format: ImageFormat): Promise<void> => {
  await rm(file, { force: true });
  if (format === "raw") {
    await rename(raw, file);
    return;
  }
  if (format === "vmfs") {
    const flat = file.replace(/\.vmdk$/, "-flat.vmdk");
    await rename(raw, flat);
    const descriptor = vmfsDescriptor(basename(flat), (await stat(flat)).size, randomBytes(4).toString("hex"));
    await writeFile(file, descriptor);
    return;
  }
  const { driver, options } = qemuTarget(format);
  await execa("qemu-img", ["convert", "-f", "raw", "-O", driver, ...options, raw, file]);
  await rm(raw);
};
