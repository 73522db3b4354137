import { failed, refused } from "../failure.ts";
import { SourceFault } from "./contents.ts";

export const SECTOR = 512;
/** Bits of the header's flags: grains are compressed, and each piece of the stream has a marker. */
const COMPRESSED = 1 << 16;
const MARKERS = 1 << 17;
const DEFLATE = 1;
/** Place of the grain directory: it is in the footer, at the end. */
const AT_END = 0xffff_ffff_ffff_ffffn;
/** Grains are 64 KiB in all that VMware writes; the limit is what bounds the memory. */
const LARGEST_GRAIN_SECTORS = 2048;

/** What the header of a streamOptimized VMDK says ("Virtual Disk Format 5.0", SparseExtentHeader). */
export interface StreamHeader {
  readonly capacityBytes: number;
  readonly grainBytes: number;
  /** Grain table entries of one grain table. */
  readonly tableEntries: number;
  /** Whether the grain tables stand in the stream after their grains (VMware) or all in front of them (qemu-img). */
  readonly tablesFollow: boolean;
  /** Where the first marker is. */
  readonly overheadBytes: number;
}

/**
 * Reads the header.
 * @param what the stream, for messages
 * @throws a failure that says why the stream is none that is taken
 */
export function readStreamHeader(header: Buffer, what: string): StreamHeader {
  if (header.length < SECTOR) throw new SourceFault(`${what} ended after ${header.length} bytes, in its header`);
  const magic = header.subarray(0, 4).toString("latin1");
  if (magic !== "KDMV")
    throw failed(
      `${what} is no sparse VMDK: it begins with ${JSON.stringify(magic)}, not "KDMV". Does something stand between this host and the server?`,
    );
  const flags = header.readUInt32LE(8);
  const compression = header.readUInt16LE(77);
  if ((flags & (COMPRESSED | MARKERS)) !== (COMPRESSED | MARKERS) || compression !== DEFLATE)
    throw refused(
      `${what} is a sparse VMDK, but no stream-optimized one (flags 0x${flags.toString(16)}, compression ${compression}).`,
    );
  const grainSectors = wholeAt(header, 20, what);
  if (grainSectors < 1 || grainSectors > LARGEST_GRAIN_SECTORS)
    throw failed(
      `${what} is damaged: its grains have ${grainSectors} sectors, expected 1 to ${LARGEST_GRAIN_SECTORS}.`,
    );
  const tableEntries = header.readUInt32LE(44);
  if (tableEntries < 1 || tableEntries > 512)
    throw failed(`${what} is damaged: its grain tables have ${tableEntries} entries, expected at most 512.`);
  const overheadBytes = wholeAt(header, 64, what) * SECTOR;
  if (overheadBytes < SECTOR) throw failed(`${what} is damaged: its header says that it has no place itself.`);
  return {
    capacityBytes: wholeAt(header, 12, what) * SECTOR,
    grainBytes: grainSectors * SECTOR,
    tableEntries,
    tablesFollow: header.readBigUInt64LE(56) === AT_END,
    overheadBytes,
  };
}

/** A number of sectors that stays exact in bytes. */
function wholeAt(header: Buffer, offset: number, what: string): number {
  const value = header.readBigUInt64LE(offset);
  if (value > BigInt(Number.MAX_SAFE_INTEGER) / BigInt(SECTOR))
    throw failed(`${what} is damaged: a number in its header (byte ${offset}) is ${value}.`);
  return Number(value);
}
