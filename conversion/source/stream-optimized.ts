import { inflate } from "node:zlib";
import { failed, messageOf, refused } from "../failure.ts";
import { ByteReader } from "./byte-reader.ts";
import { SourceFault } from "./contents.ts";
import { GrainTables } from "./grain-tables.ts";
import { readStreamHeader, SECTOR, type StreamHeader } from "./stream-optimized-header.ts";

/** A piece of a disk. */
export interface Piece {
  readonly offset: number;
  readonly data: Buffer;
}

/** Types of markers that are no grain ("Virtual Disk Format 5.0", Marker). */
const marker = { endOfStream: 0, grainTable: 1, grainDirectory: 2, footer: 3 } as const;
/** Place (u64) and size (u32) in front of a grain's data. */
const GRAIN_HEADER = 12;
/** The directory of a disk of 64 TiB has 8 MiB. */
const LARGEST_METADATA = 16 * 2 ** 20;
/** Grains that are inflated side by side, in libuv's thread pool (UV_THREADPOOL_SIZE threads, 4 by default). */
const SIDE_BY_SIDE = 16;

/**
 * Decodes a streamOptimized VMDK while it comes, from front to end, without a temporary file: the pieces that hold data,
 * ascending; the one that reaches the disk's end comes last, after the end marker was found. Grains are inflated several at
 * a time; order is kept and memory is bounded.
 * @param what the stream, for messages
 * @param capacityBytes size of the disk as the estate says
 * @throws {SourceFault} when the stream ends before its end marker; a failure for all that is wrong in it: another
 *   capacity, a grain that cannot be inflated, is out of order, comes twice, lies beyond the disk, or is missing
 */
export async function* decodeStreamOptimized(
  stream: AsyncIterable<Uint8Array>,
  what: string,
  capacityBytes: number,
): AsyncGenerator<Piece, void, undefined> {
  const reader = new ByteReader(stream);
  const queue: Promise<Piece>[] = [];
  const later = (piece: Promise<Piece>): void => {
    // Its fault is told when its turn comes, or never, where the reader stops before.
    piece.catch(() => undefined);
    queue.push(piece);
  };
  const coming = grains(reader, what, capacityBytes);
  const ending = { whole: true };
  try {
    for (;;) {
      const next = await coming.next().catch((error: unknown) => {
        // What came before the fault is good, and an earlier fault is told first.
        ending.whole = false;
        later(Promise.reject(error instanceof Error ? error : new Error(String(error))));
        return { done: true, value: undefined } as const;
      });
      if (next.done === true) break;
      later(inflated(next.value, what));
      const first = queue.length < SIDE_BY_SIDE ? undefined : queue.shift();
      if (first !== undefined) yield await first;
    }
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
      const piece = await first;
      // Whoever has the disk's last bytes may ask no more: they are given once the stream was seen to be whole.
      if (ending.whole || piece.offset + piece.data.length < capacityBytes) yield piece;
    }
  } finally {
    await reader.close();
  }
}

/** A grain as it stands in the stream. */
interface Grain {
  readonly offset: number;
  readonly compressed: Buffer;
  /** Its size when inflated, and how much of it lies on the disk: the last one may reach beyond the end. */
  readonly grainBytes: number;
  readonly usedBytes: number;
}

/** The grains up to the end marker; what stands between them is checked. */
async function* grains(
  reader: ByteReader,
  what: string,
  capacityBytes: number,
): AsyncGenerator<Grain, void, undefined> {
  const header = readStreamHeader(await reader.take(SECTOR), what);
  if (header.capacityBytes !== capacityBytes)
    throw refused(
      `${what} has ${header.capacityBytes} bytes, the estate says ${capacityBytes}. Was the disk grown, or is it another one? Read the estate again and plan again.`,
    );
  const damaged = (reason: string): Error => failed(`${what} is damaged: ${reason}.`);
  const cut = (): Error => new SourceFault(`${what} ended after ${reader.position} bytes, before its end marker`);
  const exactly = async (length: number): Promise<Buffer> => {
    const taken = await reader.take(length);
    if (taken.length < length) throw cut();
    return taken;
  };
  const overhead = header.overheadBytes - SECTOR;
  if ((await reader.skip(overhead)) < overhead) throw cut();
  const tables = new GrainTables(header.tableEntries);
  let end = 0;
  for (;;) {
    const sector = reader.position / SECTOR;
    const first = await exactly(SECTOR);
    const value = first.readBigUInt64LE(0);
    const size = first.readUInt32LE(8);
    if (size > 0) {
      const grain = grainAt(header, value, end, damaged);
      if (size > 2 * header.grainBytes) throw damaged(`a grain has ${size} bytes compressed`);
      end = grain.offset + header.grainBytes;
      if (header.tablesFollow) tables.add(grain.offset / header.grainBytes, sector);
      const inFirst = first.subarray(GRAIN_HEADER, GRAIN_HEADER + size);
      const padded = Math.ceil((GRAIN_HEADER + size) / SECTOR) * SECTOR - SECTOR;
      const rest = padded === 0 ? null : (await exactly(padded)).subarray(0, size - inFirst.length);
      yield { ...grain, compressed: rest === null ? inFirst : Buffer.concat([inFirst, rest]) };
      continue;
    }
    const type = first.readUInt32LE(12);
    if (type === marker.endOfStream && value === 0n) break;
    const bytes = value > BigInt(LARGEST_METADATA / SECTOR) ? LARGEST_METADATA + 1 : Number(value) * SECTOR;
    if (type === marker.endOfStream || type > marker.footer || bytes === 0 || bytes > LARGEST_METADATA)
      throw damaged(`at byte ${sector * SECTOR} is no marker (type ${type}, ${value} sectors)`);
    if (type === marker.grainTable && header.tablesFollow) {
      const fault = tables.check(await exactly(bytes));
      if (fault !== null) throw damaged(fault);
    } else if ((await reader.skip(bytes)) < bytes) throw cut();
  }
  const fault = tables.end();
  if (fault !== null) throw damaged(fault);
}

/** Where a grain lies on the disk. @param end where the one before it ended */
function grainAt(
  { grainBytes, capacityBytes }: StreamHeader,
  value: bigint,
  end: number,
  damaged: (reason: string) => Error,
): Omit<Grain, "compressed"> {
  if (value * BigInt(SECTOR) >= BigInt(capacityBytes))
    throw damaged(`a grain lies at sector ${value}, beyond the disk's ${capacityBytes / SECTOR} sectors`);
  const offset = Number(value) * SECTOR;
  if (offset % grainBytes !== 0) throw damaged(`a grain lies at sector ${value}, where none begins`);
  if (offset < end) throw damaged(`the grain at sector ${value} comes twice or out of order`);
  return { offset, grainBytes, usedBytes: Math.min(grainBytes, capacityBytes - offset) };
}

function inflated({ offset, compressed, grainBytes, usedBytes }: Grain, what: string): Promise<Piece> {
  return new Promise((resolve, reject) => {
    inflate(compressed, { chunkSize: grainBytes, maxOutputLength: grainBytes }, (error, data) => {
      const at = `the grain at sector ${offset / SECTOR}`;
      if (error !== null) reject(failed(`${what} is damaged: ${at} cannot be inflated (${messageOf(error)}).`));
      else if (data.length !== grainBytes && data.length !== usedBytes)
        reject(failed(`${what} is damaged: ${at} has ${data.length} bytes, expected ${grainBytes}.`));
      else resolve({ offset, data: data.length === usedBytes ? data : data.subarray(0, usedBytes) });
    });
  });
}
