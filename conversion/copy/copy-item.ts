import { Failure } from "../failure.ts";
import { allEnded } from "./all-ended.ts";
import type { Block, BlockReader, DataBlock } from "./block-reader.ts";
import type { Buffers } from "./buffers.ts";
import type { Node } from "./digest.ts";
import type { Hasher } from "./hasher.ts";
import { sharedFlush, targetFault, writeBlock, zeroWindow, type WritableContents } from "./target.ts";
import { expectSame, expectZero, expectZeroBetween, type ReadBack } from "./verify.ts";
import type { WorkItem } from "./work-items.ts";

/** What copying takes. */
export interface ItemCopy {
  readonly disk: string;
  readonly reader: BlockReader;
  /** The reader's buffers. */
  readonly buffers: Buffers;
  readonly hasher: Hasher;
  /** The target through the writer that holds it. */
  readonly target: WritableContents;
  /** The target as another client of Ceph reads it: verification must not see what only the writer's memory holds. */
  readonly readBack: ReadBack;
  /** Gets the length of each part that is done. */
  readonly onDone: (bytes: number) => void;
  /** Ends the copy between two blocks. */
  readonly signal: AbortSignal;
}

/** How an item is written. */
export interface Writing {
  /** Resolves when it is recorded as begun. */
  readonly recorded: Promise<unknown>;
  /** Nothing was ever written there. */
  readonly untouched: boolean;
}

const EMPTY = "a part that is empty at the source";

/** Copies items, the end of one beside the beginning of the next: reading never waits for the last comparisons. */
export class ItemCopier {
  readonly #copy: ItemCopy;
  readonly #flushed: () => Promise<void>;
  /** The first fault of any block: nothing more is read after it. */
  #fault: Error | null = null;

  constructor(copy: ItemCopy) {
    this.#copy = copy;
    this.#flushed = sharedFlush(copy.target);
  }

  /**
   * Reads an item and writes what it reads.
   * @returns when all of it has been read; `rest` when all of it is written, flushed and compared with what the storage
   * returns: the nodes of its blocks as they were read from the source, none for an item of zeroes
   */
  async copy(item: WorkItem, writing: Writing): Promise<{ readonly rest: Promise<readonly Node[]> }> {
    const blocks = item.zero ? [] : await this.#readBlocks(item, writing);
    const rest = this.#rest(item, writing, blocks).catch((error: unknown) => {
      throw this.#first(error, item.window);
    });
    rest.catch(() => undefined);
    return { rest };
  }

  async #readBlocks({ window }: WorkItem, writing: Writing): Promise<Underway[]> {
    const { reader, signal } = this.#copy;
    const underWay: Underway[] = [];
    try {
      for await (const block of reader.blocks(window)) {
        const copied = this.#copyBlock(block, writing);
        copied.catch(() => undefined);
        underWay.push({ hasData: hasData(block), copied });
        signal.throwIfAborted();
        if (this.#fault !== null) throw this.#fault;
      }
      return underWay;
    } catch (error) {
      await Promise.allSettled(underWay.map(({ copied }) => copied));
      throw this.#fault ?? error;
    }
  }

  async #copyBlock(block: Block, { recorded, untouched }: Writing): Promise<Node> {
    const { target, hasher, readBack, disk, buffers, onDone } = this.#copy;
    try {
      // Reading goes ahead of the record; writing never does.
      await recorded;
      const node = await writeBlock(target, hasher, block, untouched);
      if (hasData(block)) {
        await this.#flushed();
        await expectSame(readBack, disk, block);
      }
      onDone(block.length);
      return node;
    } catch (error) {
      throw this.#first(error, block);
    } finally {
      if (block.buffer !== null) buffers.release(block.buffer);
    }
  }

  /** What is left when an item has been read: its last blocks, and that what lies between them is empty. */
  async #rest({ window, zero }: WorkItem, { recorded, untouched }: Writing, blocks: readonly Underway[]) {
    const { target, readBack, disk, onDone } = this.#copy;
    const nodes = await allEnded(blocks.map(({ copied }) => copied));
    await recorded;
    if (zero && !untouched) await zeroWindow(target, window);
    if (!zero || !untouched) await target.flush();
    const withData = new Set(blocks.flatMap((block, index) => (block.hasData ? [index] : [])));
    if (zero) await expectZero(readBack, disk, window, EMPTY);
    else await expectZeroBetween(readBack, disk, window, withData, EMPTY);
    if (zero) onDone(window.length);
    return nodes;
  }

  #first(error: unknown, window: { readonly offset: number; readonly length: number }): Error {
    return (this.#fault ??= error instanceof Failure ? error : targetFault(this.#copy.disk, window, error));
  }
}

/** A block that is being copied. */
interface Underway {
  readonly hasData: boolean;
  readonly copied: Promise<Node>;
}

const hasData = (block: Block): block is DataBlock => block.buffer !== null;
