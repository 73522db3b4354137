import { deflateSync } from "node:zlib";

const SECTOR = 512;
const GRAIN = 65_536;
/** VMware's tables have 512 entries; with fewer, small disks have several tables. */
const ENTRIES = 4;
const TABLE_BYTES = SECTOR;
const OVERHEAD = 128 * SECTOR;

/** The parts of a stream, with what each is, so that tests can cut between and inside them. */
export interface StreamPart {
  readonly kind: "header" | "grain" | "table" | "directory" | "footer" | "end";
  readonly bytes: Buffer;
}

/**
 * A disk as a vCenter exports it ("Virtual Disk Format 5.0", Stream-Optimized Compressed): each grain table after its
 * grains, then the directory, the footer and the end marker.
 * @param grainsPlaced which grains stand in the stream, ascending; default: those that are not all zeroes
 */
export function streamOptimizedParts(disk: Buffer, grainsPlaced?: readonly number[]): StreamPart[] {
  const parts: StreamPart[] = [];
  let position = 0;
  const add = (kind: StreamPart["kind"], bytes: Buffer): number => {
    const at = position;
    parts.push({ kind, bytes });
    position += bytes.length;
    return at / SECTOR;
  };
  const count = Math.ceil(disk.length / GRAIN);
  const directory = Buffer.alloc(padded(4 * Math.ceil(count / ENTRIES)));
  add("header", header(disk.length, 0xffff_ffff_ffff_ffffn));
  let table = Buffer.alloc(TABLE_BYTES);
  const flush = (number: number): void => {
    if (isZero(table)) return;
    const at = add("table", Buffer.concat([marker(table.length / SECTOR, 0, 1), table]));
    directory.writeUInt32LE(at + 1, number * 4);
    table = Buffer.alloc(TABLE_BYTES);
  };
  for (let grain = 0; grain < count; grain += 1) {
    const data = Buffer.alloc(GRAIN);
    disk.copy(data, 0, grain * GRAIN);
    if (grainsPlaced?.includes(grain) ?? !isZero(data))
      table.writeUInt32LE(add("grain", grainBytes(grain, data)), (grain % ENTRIES) * 4);
    if (grain % ENTRIES === ENTRIES - 1 || grain === count - 1) flush(Math.floor(grain / ENTRIES));
  }
  const at = add("directory", Buffer.concat([marker(directory.length / SECTOR, 0, 2), directory]));
  add("footer", Buffer.concat([marker(1, 0, 3), header(disk.length, BigInt(at + 1)).subarray(0, SECTOR)]));
  add("end", marker(0, 0, 0));
  return parts;
}

/** A grain with its marker. */
export function grainBytes(grain: number, data: Buffer): Buffer {
  const compressed = deflateSync(data);
  const bytes = Buffer.alloc(padded(12 + compressed.length));
  bytes.writeBigUInt64LE(BigInt((grain * GRAIN) / SECTOR), 0);
  bytes.writeUInt32LE(compressed.length, 8);
  compressed.copy(bytes, 12);
  return bytes;
}

export function marker(value: number, size: number, type: number): Buffer {
  const bytes = Buffer.alloc(SECTOR);
  bytes.writeBigUInt64LE(BigInt(value), 0);
  bytes.writeUInt32LE(size, 8);
  bytes.writeUInt32LE(type, 12);
  return bytes;
}

function header(capacityBytes: number, directoryAt: bigint): Buffer {
  const bytes = Buffer.alloc(OVERHEAD);
  bytes.write("KDMV", 0, "latin1");
  bytes.writeUInt32LE(3, 4);
  bytes.writeUInt32LE(0x30001, 8);
  bytes.writeBigUInt64LE(BigInt(capacityBytes / SECTOR), 12);
  bytes.writeBigUInt64LE(BigInt(GRAIN / SECTOR), 20);
  bytes.writeBigUInt64LE(1n, 28);
  bytes.writeBigUInt64LE(20n, 36);
  bytes.writeUInt32LE(ENTRIES, 44);
  bytes.writeBigUInt64LE(directoryAt, 56);
  bytes.writeBigUInt64LE(BigInt(OVERHEAD / SECTOR), 64);
  bytes.write("\n \r\n", 73, "latin1");
  bytes.writeUInt16LE(1, 77);
  const sectors = capacityBytes / SECTOR;
  bytes.write(
    `# Disk DescriptorFile\nversion=1\nCID=7b6ae5d1\nparentCID=ffffffff\ncreateType="streamOptimized"\n\nRW ${sectors} SPARSE "disk-0.vmdk"\n\nddb.adapterType = "lsilogic"\n`,
    SECTOR,
  );
  return bytes;
}

const isZero = (bytes: Buffer): boolean => bytes.equals(Buffer.alloc(bytes.length));
const padded = (bytes: number): number => Math.ceil(bytes / SECTOR) * SECTOR;
