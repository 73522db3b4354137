import { refused } from "../failure.ts";
import type { DiskBytes } from "./disk-bytes.ts";
import { quote } from "./locate.ts";
import { readVmdkDescriptor, type VmdkExtent } from "./vmdk-descriptor.ts";

const SECTOR = 512;
/** qemu reads no more of a descriptor than 1 MiB; the rest would silently be missing. */
const LARGEST_DESCRIPTOR = (1 << 20) - 1;
/** qemu looks for the parent of a sparse file here, whatever its header says. */
const QEMU_DESCRIPTOR_OFFSET = 0x200;
/** Magic of an SE sparse file, 0xcafebabe as a little-endian 64-bit number. */
const SESPARSE_MAGIC = Buffer.from("bebafeca00000000", "hex");

/** An extent that a descriptor names, and the file that was found for it. */
export interface FoundExtent<File> {
  readonly extent: VmdkExtent;
  readonly file: File;
}

/**
 * The extents of a VMDK that is a descriptor with files beside it; none where the file holds the whole disk itself.
 * @param file the file that the estate names
 * @param find a file beside it, by the plain name that the descriptor has
 * @throws a refusal for a snapshot, what is no disk, and an extent that is shorter than it should be
 */
export async function vmdkExtents<File>(
  file: DiskBytes,
  disk: string,
  find: (name: string) => Promise<File>,
  bytesOf: (found: File) => DiskBytes,
): Promise<FoundExtent<File>[]> {
  const header = await file.read(0, 512);
  const magic = header.subarray(0, 4).toString("latin1");
  if (magic === "KDMV") {
    await checkSparse(file, header, disk);
    return [];
  }
  if (magic === "COWD" || header.subarray(0, 8).equals(SESPARSE_MAGIC))
    throw refused(
      `${disk}: ${quote(file.name)} is an extent of a snapshot, not a disk: name the descriptor (.vmdk) of the disk.`,
    );
  if (file.bytes > LARGEST_DESCRIPTOR)
    throw refused(
      `${disk}: ${quote(file.name)} is neither a VMDK descriptor (at most 1 MiB) nor a sparse VMDK. A flat file? Name its descriptor.`,
    );
  const descriptor = readVmdkDescriptor((await file.read(0, file.bytes)).toString("utf8"));
  if (descriptor.faults.length > 0)
    throw refused(`${disk}: the VMDK ${quote(file.name)} is not taken: ${descriptor.faults.join("; ")}.`);
  const found: FoundExtent<File>[] = [];
  for (const extent of "extents" in descriptor ? descriptor.extents : []) {
    const one = await find(extent.file);
    await checkExtent(bytesOf(one), extent, disk);
    found.push({ extent, file: one });
  }
  return found;
}

async function checkExtent(found: DiskBytes, extent: VmdkExtent, disk: string): Promise<void> {
  const isFlat = extent.type === "FLAT" || extent.type === "VMFS";
  const needed = (extent.offsetSectors + extent.sectors) * SECTOR;
  if (isFlat && found.bytes < needed)
    throw refused(
      `${disk}: the extent ${quote(extent.file)} has ${found.bytes} bytes, its descriptor says ${needed}: the file is cut off (a copy that did not end?).`,
    );
  if (extent.type === "SPARSE") await checkSparse(found, await found.read(0, 512), disk, extent.sectors);
}

/** Header of a hosted sparse extent: capacity, and no parent in an embedded descriptor. */
async function checkSparse(file: DiskBytes, header: Buffer, disk: string, sectors?: number): Promise<void> {
  if (header.length < 512 || header.subarray(0, 4).toString("latin1") !== "KDMV")
    throw refused(`${disk}: ${quote(file.name)} is not a sparse VMDK extent.`);
  const capacity = header.readBigUInt64LE(12);
  if (capacity === 0n) throw refused(`${disk}: the sparse VMDK ${quote(file.name)} has the capacity 0 in its header.`);
  if (sectors !== undefined && capacity !== BigInt(sectors))
    throw refused(`${disk}: the extent ${quote(file.name)} has ${capacity} sectors, its descriptor says ${sectors}.`);
  const offset = Number(header.readBigUInt64LE(28)) * SECTOR;
  const length = Math.min(Number(header.readBigUInt64LE(36)) * SECTOR, LARGEST_DESCRIPTOR);
  for (const at of new Set([offset, QEMU_DESCRIPTOR_OFFSET])) {
    const text = (await file.read(at, at === offset ? length : 20 * SECTOR)).toString("latin1");
    // The descriptor names the file itself, under the name it once had: only the parent matters here.
    if (!/parentCID/i.test(text) && !/parentFileNameHint/i.test(text)) continue;
    const [fault] = readVmdkDescriptor(text).faults.filter((reason) => reason.startsWith("it is a snapshot"));
    if (fault !== undefined) throw refused(`${disk}: the VMDK ${quote(file.name)} is not taken: ${fault}.`);
  }
}
