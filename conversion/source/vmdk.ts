import { dirname, join } from "node:path";
import { bytesOfFile } from "./disk-bytes.ts";
import { inspectFile, type SourceFile } from "./locate.ts";
import type { VmdkExtent } from "./vmdk-descriptor.ts";
import { vmdkExtents } from "./vmdk-extents.ts";

/** What a VMDK on this host is made of. */
export interface VmdkFiles {
  /** The named file, then its extents. */
  readonly files: readonly SourceFile[];
  /** The extent whose bytes are those of the disk, one after the other; null where there is no such one. */
  readonly flat: SourceFile | null;
}

/**
 * All files that a VMDK on this host is made of.
 * @param folder folder of the datastore, resolved
 * @throws a refusal for a snapshot, an extent outside the descriptor's folder, or one that is shorter than it should be
 */
export async function vmdkFiles(folder: string, file: SourceFile, disk: string): Promise<VmdkFiles> {
  const find = (name: string): Promise<SourceFile> => inspectFile(folder, join(dirname(file.path), name), name, disk);
  const extents = await vmdkExtents(bytesOfFile(file), disk, find, bytesOfFile);
  const files = extents.map((extent) => extent.file);
  return { files: [file, ...files], flat: isFlat(extents.map(({ extent }) => extent)) ? (files[0] ?? null) : null };
}

/** One extent that is the disk as it is. */
function isFlat([only, ...others]: readonly VmdkExtent[]): boolean {
  return others.length === 0 && (only?.type === "FLAT" || only?.type === "VMFS") && only.offsetSectors === 0;
}
