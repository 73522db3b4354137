import { withImageFile, type ImageBytes } from "./image-bytes.ts";

/** What a VMDK says of itself, as far as an estate needs it. */
export interface VmdkFacts {
  readonly capacityBytes: number;
  /** File that this one is only a difference to (a snapshot's disk); null: it is whole. */
  readonly parentFile: string | null;
  readonly encrypted: boolean;
  /** Space taken by the file itself; null where its data is in other files. */
  readonly usedBytes: number | null;
}

const SECTOR = 512;
/** A descriptor is a few kilobytes; one that is larger is none. */
const LARGEST_DESCRIPTOR = 1 << 20;
/** Little-endian magic of a hosted sparse extent (VMware Virtual Disk Format 5.0). */
const SPARSE = "KDMV";

/**
 * Reads the size of a VMDK from its descriptor or sparse header. Whether it can be copied is judged on the conversion
 * host, with more suspicion (conversion/source/vmdk.ts); here only facts are noted.
 * @throws an error whose message says why it is no VMDK
 */
export function readVmdkFacts(path: string): Promise<VmdkFacts> {
  return withImageFile(path, vmdkFacts);
}

/** The same of an image that is open. */
export async function vmdkFacts({ size, usedBytes, read }: ImageBytes): Promise<VmdkFacts> {
  const header = await read(0, SECTOR);
  if (header.subarray(0, 4).toString("latin1") !== SPARSE) {
    if (size > LARGEST_DESCRIPTOR)
      throw new Error("it is neither a descriptor nor a sparse VMDK (a flat file? name its descriptor)");
    return fromDescriptor((await read(0, size)).toString("utf8"), null, null);
  }
  if (header.length < SECTOR) throw new Error("its header is cut off");
  const capacity = Number(header.readBigUInt64LE(12)) * SECTOR;
  const offset = Number(header.readBigUInt64LE(28)) * SECTOR;
  const length = Math.min(Number(header.readBigUInt64LE(36)) * SECTOR, LARGEST_DESCRIPTOR);
  // A descriptor beyond the end is none; the header alone tells the size.
  const text = offset < size ? (await read(offset, length)).toString("latin1") : "";
  return fromDescriptor(text, capacity, usedBytes === null ? null : Math.min(size, usedBytes));
}

/** The capacity of a sparse file stands in its header; of all others it is the sum of the extents. */
function fromDescriptor(text: string, capacityBytes: number | null, usedBytes: number | null): VmdkFacts {
  const lines = (text.split("\0")[0] ?? "").split(/\r?\n/).map((line) => line.trim());
  const extents = lines.flatMap((line) => /^(?:RW|RDONLY|NOACCESS)\s+(\d{1,15})\s/.exec(line)?.[1] ?? []);
  const capacity = capacityBytes ?? extents.reduce((sum, sectors) => sum + Number(sectors) * SECTOR, 0);
  if (capacity <= 0 || !Number.isSafeInteger(capacity)) throw new Error("its descriptor names no extents");
  const value = (key: string): string | null => {
    const line = lines.find((one) => one.toLowerCase().startsWith(key.toLowerCase()));
    return line === undefined ? null : (/=\s*"?([^"]*)"?\s*$/.exec(line)?.[1] ?? null);
  };
  const parentCid = value("parentCID")?.toLowerCase() ?? "ffffffff";
  const hint = value("parentFileNameHint");
  return {
    capacityBytes: capacity,
    parentFile: hint ?? (parentCid === "ffffffff" ? null : `the disk with the CID ${parentCid}`),
    encrypted: lines.some((line) => /^encryptionKeys\s*=/i.test(line)),
    usedBytes,
  };
}
