import type { StreamContents, Window } from "../source/contents.ts";
import { blocksOf, type Block, type BlockReader } from "./block-reader.ts";
import type { Buffers } from "./buffers.ts";
import type { RateLimit } from "../limits/bandwidth.ts";
import { isZero } from "./zero-runs.ts";

type Piece = Awaited<ReturnType<AsyncIterator<{ readonly offset: number; readonly data: Buffer }>["next"]>>;

/** Reads a source that comes once, from front to end: what no window asks for is passed over. */
export function streamReader(stream: StreamContents, buffers: Buffers, rate: RateLimit): BlockReader {
  const pieces = stream.pieces()[Symbol.asyncIterator]();
  let piece: Piece | null = null;
  let position = 0;

  /** The first piece that reaches beyond `from`; null behind the last one. */
  const pieceAfter = async (from: number): Promise<{ readonly offset: number; readonly data: Buffer } | null> => {
    for (;;) {
      if (piece === null) {
        piece = await pieces.next();
        if (piece.done !== true) {
          const { offset, data } = piece.value;
          if (offset < position) throw new Error(`the stream goes back from byte ${position} to ${offset}`);
          position = offset + data.length;
          await rate.take(data.length);
        }
      }
      if (piece.done === true) return null;
      if (piece.value.offset + piece.value.data.length > from) return piece.value;
      piece = null;
    }
  };

  const readBlock = async (window: Window): Promise<Block> => {
    const end = window.offset + window.length;
    let next = await pieceAfter(window.offset);
    if (next === null || next.offset >= end) return { ...window, buffer: null };
    const buffer = await buffers.take();
    const data = buffer.data.subarray(0, window.length).fill(0);
    while (next !== null && next.offset < end) {
      const from = Math.max(next.offset, window.offset);
      const to = Math.min(next.offset + next.data.length, end);
      next.data.copy(data, from - window.offset, from - next.offset, to - next.offset);
      const pieceEnd: number = next.offset + next.data.length;
      if (pieceEnd >= end) break;
      next = await pieceAfter(pieceEnd);
    }
    if (!isZero(data)) return { ...window, buffer };
    buffers.release(buffer);
    return { ...window, buffer: null };
  };

  return {
    once: true,
    dataBytes: async ({ offset, length }) => {
      const next = await pieceAfter(offset);
      return next === null || next.offset >= offset + length ? 0 : length;
    },
    async *blocks(window) {
      for (const block of blocksOf(window)) yield await readBlock(block);
    },
    close: () => stream.close(),
  };
}
