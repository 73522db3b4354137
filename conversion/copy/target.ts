import { Failure, messageOf } from "../failure.ts";
import type { Extent, Window } from "../source/contents.ts";
import type { Block } from "./block-reader.ts";
import type { Hasher } from "./hasher.ts";
import { zeroBlockNode, type Node } from "./digest.ts";
import { zeroRuns } from "./zero-runs.ts";

/** Where a copy writes. */
export interface WritableContents {
  /** Resolves when the write is acknowledged; `data` must not be changed before. */
  write(offset: number, data: Buffer): Promise<void>;
  writeZeroes(window: Window): Promise<void>;
  /** Resolves when all that was acknowledged is on stable storage. */
  flush(): Promise<void>;
}

/** The target as another client of the storage reads it. */
export interface ReadableContents {
  extents(window: Window): Promise<readonly Extent[]>;
  read(window: Window, into: Buffer): Promise<void>;
}

/** One request for zeroes is at most so long. */
const ZERO_BYTES = 256 * 1024 * 1024;

/**
 * Writes a block and computes the digest of what it writes, from the same memory.
 * @param untouched nothing was ever written there: zeroes need not be. Wrong on anything else
 * @returns the block's node of the disk's digest
 */
export async function writeBlock(
  target: WritableContents,
  hasher: Hasher,
  { offset, length, buffer }: Block,
  untouched: boolean,
): Promise<Node> {
  if (buffer === null) {
    if (!untouched) await target.writeZeroes({ offset, length });
    return zeroBlockNode(length);
  }
  const node = hasher.sha256(buffer.shared, length);
  const data = buffer.data.subarray(0, length);
  const writes = zeroRuns(data).map(({ from, to, zero }) => {
    if (!zero) return target.write(offset + from, data.subarray(from, to));
    return untouched ? Promise.resolve() : target.writeZeroes({ offset: offset + from, length: to - from });
  });
  // All of them end before the buffer is given back, also when one fails.
  const results = await Promise.allSettled([node, ...writes]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return await node;
}

/**
 * Flushes for many who wait at once: each gets one that began after it asked, and shares it with whoever asked meanwhile.
 */
export function sharedFlush(target: Pick<WritableContents, "flush">): () => Promise<void> {
  let underWay: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= underWay
      .catch(() => undefined)
      .then(() => {
        next = null;
        return (underWay = target.flush());
      });
    return next;
  };
}

/** Writes zeroes over a window of any length. */
export async function zeroWindow(target: WritableContents, { offset, length }: Window): Promise<void> {
  for (let at = 0; at < length; at += ZERO_BYTES)
    await target.writeZeroes({ offset: offset + at, length: Math.min(ZERO_BYTES, length - at) });
}

/** The target does not take, or does not give, what it should: its server has ended, or Ceph has fenced it. */
export class TargetFault extends Failure {}

/** A fault while a window was written or read back, told with where it was. */
export const targetFault = (disk: string, window: Window, error: unknown): TargetFault =>
  new TargetFault(`${disk}: copying ${describe(window)} failed: ${messageOf(error)}`);

export const describe = ({ offset, length }: Window): string => `bytes ${offset} to ${offset + length - 1}`;
