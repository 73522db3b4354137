import type { Extent, Window } from "../source/contents.ts";
import type { BlockBuffer } from "./buffers.ts";
import { BLOCK_BYTES } from "./digest.ts";

/** A block of the source. */
export interface Block extends Window {
  /** Its bytes, in the first `length` bytes; null: all of it is zero. Whoever gets it gives the buffer back. */
  readonly buffer: BlockBuffer | null;
}

/** A block that holds data. */
export type DataBlock = Block & { readonly buffer: BlockBuffer };

/** The source as a copy reads it: windows in ascending order, each at most once. */
export interface BlockReader {
  /** A source that comes once: a fault of it ends this reader, and another one reads it from its start. */
  readonly once: boolean;
  /** How many bytes of a window hold data, at most; the others are known to be zero. */
  dataBytes(window: Window): Promise<number>;
  /** The blocks of a window, in order. */
  blocks(window: Window): AsyncIterable<Block>;
  close(): Promise<void>;
}

/** The blocks that cover a window; it begins at a block. */
export function blocksOf({ offset, length }: Window): Window[] {
  return Array.from({ length: Math.ceil(length / BLOCK_BYTES) }, (_, at) => ({
    offset: offset + at * BLOCK_BYTES,
    length: Math.min(BLOCK_BYTES, length - at * BLOCK_BYTES),
  }));
}

/** The blocks of a window that hold data by these extents. */
export function dataBlocks(window: Window, extents: readonly Extent[]): Set<number> {
  const data = new Set<number>();
  for (const { offset, length, zero } of extents) {
    if (zero || length === 0) continue;
    const last = Math.floor((offset + length - 1 - window.offset) / BLOCK_BYTES);
    for (let block = Math.floor((offset - window.offset) / BLOCK_BYTES); block <= last; block++) data.add(block);
  }
  return data;
}
