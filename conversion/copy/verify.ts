import { failed } from "../failure.ts";
import type { Window } from "../source/contents.ts";
import { blocksOf, dataBlocks, type DataBlock } from "./block-reader.ts";
import type { BlockBuffer, Buffers } from "./buffers.ts";
import { rootOf, zeroBlockNode, zeroNode, type Node } from "./digest.ts";
import type { Hasher } from "./hasher.ts";
import { describe, type ReadableContents } from "./target.ts";
import { isZero } from "./zero-runs.ts";

/** What reading back takes. */
export interface ReadBack {
  readonly contents: ReadableContents;
  readonly buffers: Buffers;
  readonly hasher: Hasher;
}

/** The nodes of a window's blocks as the storage returns them. What it calls zero is not read. */
export async function blockNodes({ contents, buffers, hasher }: ReadBack, window: Window): Promise<Node[]> {
  const withData = dataBlocks(window, await contents.extents(window));
  const node = async (block: Window, buffer: BlockBuffer): Promise<Node> => {
    try {
      const data = buffer.data.subarray(0, block.length);
      await contents.read(block, data);
      return isZero(data) ? zeroBlockNode(block.length) : await hasher.sha256(buffer.shared, block.length);
    } finally {
      buffers.release(buffer);
    }
  };
  const nodes: Promise<Node>[] = [];
  for (const [index, block] of blocksOf(window).entries()) {
    if (!withData.has(index)) nodes.push(Promise.resolve(zeroBlockNode(block.length)));
    else {
      const reading = node(block, await buffers.take());
      reading.catch(() => undefined);
      nodes.push(reading);
    }
  }
  return Promise.all(nodes);
}

/** Node of a window as the storage returns it. */
export async function windowNode(readBack: ReadBack, window: Window): Promise<Node> {
  const extents = await readBack.contents.extents(window);
  if (extents.every(({ zero }) => zero)) return zeroNode(window.length);
  return rootOf(await blockNodes(readBack, window));
}

/**
 * Compares a block as it was read from the source, byte by byte, with what the storage returns.
 * @throws when they differ
 */
export async function expectSame({ contents, buffers }: ReadBack, disk: string, block: DataBlock): Promise<void> {
  const buffer = await buffers.take();
  try {
    const data = buffer.data.subarray(0, block.length);
    await contents.read(block, data);
    if (data.equals(block.buffer.data.subarray(0, block.length))) return;
    throw failed(
      `${disk}: verification found a difference in ${describe(block)}: the storage does not return what was written. It ` +
        "counts as not copied and is copied again by the next run; if this repeats, look at the storage and the memory of " +
        "this host.",
    );
  } finally {
    buffers.release(buffer);
  }
}

/** Sees that what is zero at the source reads as zeroes; `withData` are the other blocks of the window, by their places. */
export async function expectZeroBetween(
  readBack: ReadBack,
  disk: string,
  window: Window,
  withData: ReadonlySet<number>,
  what: string,
): Promise<void> {
  const stored = dataBlocks(window, await readBack.contents.extents(window));
  for (const [index, block] of blocksOf(window).entries())
    if (stored.has(index) && !withData.has(index)) await expectZeroBlock(readBack, disk, block, what);
}

/** Sees that a window of the target reads as zeroes. */
export async function expectZero(readBack: ReadBack, disk: string, window: Window, what: string): Promise<void> {
  if (window.length === 0) return;
  for (const { offset, length, zero } of await readBack.contents.extents(window)) {
    if (zero) continue;
    for (const part of blocksOf({ offset, length })) await expectZeroBlock(readBack, disk, part, what);
  }
}

async function expectZeroBlock(
  { contents, buffers }: ReadBack,
  disk: string,
  block: Window,
  what: string,
): Promise<void> {
  const buffer = await buffers.take();
  try {
    const data = buffer.data.subarray(0, block.length);
    await contents.read(block, data);
    if (!isZero(data))
      throw failed(
        `${disk}: verification found a difference in ${what}, within ${describe(block)}: expected zeroes. It counts as not ` +
          "copied; if this repeats, see who else writes to the volume.",
      );
  } finally {
    buffers.release(buffer);
  }
}
