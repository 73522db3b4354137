import type { Window } from "../source/contents.ts";
import type { RandomContents } from "../source/contents.ts";
import { blocksOf, dataBlocks, type Block, type BlockReader } from "./block-reader.ts";
import type { BlockBuffer, Buffers } from "./buffers.ts";
import type { PatientSource } from "./patient-source.ts";
import type { RateLimit } from "../limits/bandwidth.ts";
import { isZero } from "./zero-runs.ts";

/**
 * Reads a source that can be read at any place: several blocks side by side, handed on in order.
 * @param depth reads under way at once; fewer than there are buffers
 */
export function randomReader(
  source: PatientSource<RandomContents>,
  buffers: Buffers,
  rate: RateLimit,
  depth: number,
): BlockReader {
  const read = async (window: Window, buffer: BlockBuffer): Promise<Block> => {
    const data = buffer.data.subarray(0, window.length);
    try {
      await source.use((contents) => contents.read(window, data));
    } catch (error) {
      buffers.release(buffer);
      throw error;
    }
    if (!isZero(data)) return { ...window, buffer };
    buffers.release(buffer);
    return { ...window, buffer: null };
  };
  return {
    once: false,
    dataBytes: async (window) => {
      const extents = await source.use((contents) => contents.extents(window));
      return extents.reduce((sum, { length, zero }) => sum + (zero ? 0 : length), 0);
    },
    async *blocks(window) {
      const withData = dataBlocks(window, await source.use((contents) => contents.extents(window)));
      const underWay: Promise<Block>[] = [];
      try {
        for (const [index, block] of blocksOf(window).entries()) {
          if (!withData.has(index)) underWay.push(Promise.resolve({ ...block, buffer: null }));
          else {
            await rate.take(block.length);
            const reading = read(block, await buffers.take());
            // Its fault is thrown when its turn comes.
            reading.catch(() => undefined);
            void underWay.push(reading);
          }
          while (underWay.length >= depth) {
            const [first] = underWay;
            if (first !== undefined) yield await first;
            void underWay.shift();
          }
        }
        while (underWay.length > 0) {
          const [first] = underWay;
          if (first !== undefined) yield await first;
          void underWay.shift();
        }
      } finally {
        // Where the copy ended early: the first one may be with whoever gives its buffer back, the others are not.
        for (const block of (await Promise.allSettled(underWay)).slice(1))
          if (block.status === "fulfilled" && block.value.buffer !== null) buffers.release(block.value.buffer);
      }
    },
    close: () => source.close(),
  };
}
