import { createHash } from "node:crypto";
import { refused } from "../failure.ts";
import type { Fingerprint } from "../ledger/ledger.ts";
import type { Window } from "./contents.ts";
import { quote } from "./locate.ts";
import type { FoundExtent } from "./vmdk-extents.ts";

const SECTOR = 512;

/** A run of a disk that lies in one file. */
export interface FlatPart<File> extends Window {
  readonly file: File;
  readonly fileOffset: number;
}

/**
 * The parts of a disk whose extents are plain bytes, ascending and without a gap.
 * @throws a refusal for any other extent, and for a disk of another size than the estate's
 */
export function flatParts<File>(
  disk: string,
  name: string,
  extents: readonly FoundExtent<File>[],
  capacityBytes: number,
): FlatPart<File>[] {
  const other = extents.find(({ extent: { type } }) => type !== "FLAT" && type !== "VMFS");
  if (extents.length === 0 || other !== undefined)
    throw refused(
      `${disk}: the VMDK ${quote(name)} is ${other === undefined ? "sparse" : `of ${other.extent.type} extents`}, which cannot be read from a datastore as they are: ` +
        "only flat disks can. On a snapshot, remove the VM's snapshots; else clone the disk with vmkfstools -i, or use another transport.",
    );
  let offset = 0;
  const parts = extents.map(({ extent, file }) => {
    const part = { offset, length: extent.sectors * SECTOR, file, fileOffset: extent.offsetSectors * SECTOR };
    offset += part.length;
    return part;
  });
  if (offset !== capacityBytes)
    throw refused(
      `${disk}: the disk in ${quote(name)} has ${offset} bytes, the estate says ${capacityBytes}. ` +
        "Was it grown, or is it another disk? Read the estate again and plan again.",
    );
  return parts;
}

/** The pieces of a window, each in its file. */
export function piecesOf<File>(
  parts: readonly FlatPart<File>[],
  { offset, length }: Window,
): { readonly file: File; readonly window: Window; readonly at: number }[] {
  return parts.flatMap((part) => {
    const first = Math.max(offset, part.offset);
    const end = Math.min(offset + length, part.offset + part.length);
    if (first >= end) return [];
    const window = { offset: part.fileOffset + first - part.offset, length: end - first };
    return [{ file: part.file, window, at: first - offset }];
  });
}

/** What of a file is in a fingerprint: names without folders, the same through whichever server it was read. */
interface Fingerprinted {
  readonly name: string;
  readonly bytes: number;
  readonly modified: string | null;
}

/** The fingerprint of a disk's files. The descriptor's text is in it: its CID changes with the first write after opening. */
export function flatFingerprint(descriptor: string, files: readonly Fingerprinted[]): Fingerprint {
  const hash = createHash("sha256");
  for (const { name, bytes, modified } of files)
    hash.update(`${JSON.stringify(name.slice(name.lastIndexOf("/") + 1))} ${bytes} ${modified ?? "-"}\n`);
  hash.update(descriptor);
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), sha256: hash.digest("hex") };
}
