import type { Clock, Log } from "../effects.ts";
import { sliceCount, type Ledger } from "../ledger/ledger.ts";
import { parseRanges } from "../ledger/ranges.ts";
import type { CopyRecords } from "../ledger/patient-store.ts";
import { allEnded } from "./all-ended.ts";
import { ItemCopier, type ItemCopy } from "./copy-item.ts";
import { BLOCK_BYTES, rootOf, zeroNode, type Node } from "./digest.ts";
import { startProgress } from "./progress.ts";
import { sliceWindow } from "./slices.ts";
import { workItems, type WorkItem } from "./work-items.ts";

export interface SliceCopy extends Omit<ItemCopy, "onDone"> {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: CopyRecords;
}

/**
 * Copies what the ledger does not call finished, slice by slice. Each: recorded as begun, which also proves that no
 * other writer has taken over; written, flushed, read back and compared with what was read from the source, block by
 * block and side by side; recorded as finished. The source is read once. The last comparisons of a slice and its record run
 * beside the copy of the next one.
 *
 * @param claimed the ledger as the claim of this run left it
 * @returns the slices that this run copied, each with its node of the disk's digest
 */
export async function copySlices(copy: SliceCopy, claimed: Ledger, nonce: string): Promise<Map<number, Node>> {
  const { capacityBytes, sliceMiB } = claimed;
  const begun = parseRanges(claimed.begun) ?? new Set();
  const finished = parseRanges(claimed.finished) ?? new Set();
  const todo = Array.from({ length: sliceCount(claimed) }, (_, slice) => slice).filter((slice) => !finished.has(slice));
  const nodes = new Map<number, Node>();
  let done = [...finished].reduce((sum, slice) => sum + sliceWindow(capacityBytes, sliceMiB, slice).length, 0);
  const progress = startProgress(copy.clock, copy.log, copy.disk, capacityBytes, done);
  const onDone = (bytes: number): void => {
    progress.update((done += bytes));
  };
  const copier = new ItemCopier({ ...copy, onDone });
  const finish = async (item: WorkItem, blocks: readonly Node[]): Promise<void> => {
    const found = nodesOf(item, claimed, blocks);
    await allEnded<unknown>([
      copy.store.apply({ kind: "finish", nonce, slices: item.slices }),
      // What is empty is digested without being read.
      ...(item.zero ? [] : [copy.store.recordNodes(found)]),
    ]);
    for (const [slice, node] of found) nodes.set(slice, node);
  };

  let last: Promise<void> = Promise.resolve();
  try {
    for await (const item of workItems(todo, claimed, (window) => copy.reader.dataBytes(window))) {
      const recorded = copy.store.apply({ kind: "begin", nonce, slices: item.slices });
      recorded.catch(() => undefined);
      const untouched = !item.slices.some((slice) => begun.has(slice));
      const { rest } = await copier.copy(item, { recorded, untouched });
      // One item at most is still being compared while the next one is read.
      const previous = last;
      last = allEnded<unknown>([previous, rest]).then(async () => finish(item, await rest));
      last.catch(() => undefined);
      await previous;
    }
  } catch (error) {
    // Nothing is under way any more when this ends; the earliest fault is told.
    await last;
    throw error;
  }
  await last;
  if (todo.length > 0)
    progress.done(todo.length === sliceCount(claimed) ? "copied and verified" : "the rest copied and verified");
  return nodes;
}

/** The nodes of an item's slices, by slice, from those of its blocks. */
function nodesOf(
  { slices, window, zero }: WorkItem,
  { capacityBytes, sliceMiB }: Ledger,
  blocks: readonly Node[],
): Map<number, Node> {
  return new Map(
    slices.map((slice) => {
      const { offset, length } = sliceWindow(capacityBytes, sliceMiB, slice);
      const first = (offset - window.offset) / BLOCK_BYTES;
      const own = blocks.slice(first, first + Math.ceil(length / BLOCK_BYTES));
      return [slice, zero ? zeroNode(length) : rootOf(own)] as const;
    }),
  );
}
