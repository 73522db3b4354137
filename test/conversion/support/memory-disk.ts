import { BLOCK_BYTES } from "../../../conversion/copy/digest.ts";
import type { ReadableContents, WritableContents } from "../../../conversion/copy/target.ts";
import type { LedgerStore } from "../../../conversion/ledger/store.ts";
import type { Ledger } from "../../../conversion/ledger/ledger.ts";
import { transition, type LedgerEvent } from "../../../conversion/ledger/transitions.ts";
import type { Extent, RandomContents, Window } from "../../../conversion/source/contents.ts";

export const MIB = 1024 * 1024;

/** A disk in memory: of each block the byte that it is filled with; 0 is a hole. The last block may be short. */
export function memoryDisk(fill: readonly number[], sizeBytes = fill.length * BLOCK_BYTES): Buffer {
  const disk = Buffer.alloc(sizeBytes);
  for (const [block, byte] of fill.entries())
    disk.fill(byte, block * BLOCK_BYTES, Math.min((block + 1) * BLOCK_BYTES, sizeBytes));
  return disk;
}

const zeroBlocks = (disk: Buffer, { offset, length }: Window): Extent[] => {
  const extents: Extent[] = [];
  for (let at = offset; at < offset + length; at += BLOCK_BYTES) {
    const part = Math.min(BLOCK_BYTES, offset + length - at);
    extents.push({ offset: at, length: part, zero: !disk.subarray(at, at + part).some((byte) => byte !== 0) });
  }
  return extents;
};

/** A source in memory. `before` may throw. */
export function memorySource(disk: Buffer, before: (window: Window) => void = () => undefined): RandomContents {
  return {
    kind: "random",
    depth: 3,
    extents: (window) => Promise.resolve(zeroBlocks(disk, window)),
    read: async (window, into) => {
      await Promise.resolve();
      before(window);
      disk.copy(into, 0, window.offset, window.offset + window.length);
    },
    close: () => Promise.resolve(),
  };
}

/** What is asked of a target, in order. */
export type Operation = "write" | "writeZeroes" | "flush" | "read";

/** A target in memory; `happens` is called before each operation, and may throw or change the disk. */
export function memoryTarget(
  disk: Buffer,
  happens: (operation: Operation, window: Window) => unknown = () => undefined,
): WritableContents & ReadableContents {
  return {
    write: async (offset, data) => {
      await Promise.resolve();
      happens("write", { offset, length: data.length });
      data.copy(disk, offset);
    },
    writeZeroes: async (window) => {
      await Promise.resolve();
      happens("writeZeroes", window);
      disk.fill(0, window.offset, window.offset + window.length);
    },
    flush: async () => {
      await Promise.resolve();
      happens("flush", { offset: 0, length: 0 });
    },
    extents: (window) => Promise.resolve(zeroBlocks(disk, window)),
    read: async (window, into) => {
      await Promise.resolve();
      happens("read", window);
      disk.copy(into, 0, window.offset, window.offset + window.length);
    },
  };
}

/** A ledger in memory. `events` lists what was recorded. */
export function memoryStore(
  claimed: Ledger,
  before: (event: LedgerEvent) => unknown = () => undefined,
  recorded: (ledger: Ledger) => unknown = () => undefined,
): Pick<LedgerStore, "apply" | "recordNodes"> & { ledger: () => Ledger; events: LedgerEvent[] } {
  let ledger = claimed;
  const events: LedgerEvent[] = [];
  return {
    ledger: () => ledger,
    events,
    apply: async (event) => {
      // Recording takes its time, as Ceph does: what does not wait for it is seen to be too early.
      await new Promise((resolve) => setTimeout(resolve, 5));
      before(event);
      ledger = transition(ledger, event);
      events.push(event);
      recorded(ledger);
      return ledger;
    },
    recordNodes: () => Promise.resolve(),
  };
}

/** The ledger of a disk that a run has just claimed. */
export function claimedLedger(capacityBytes: number, sliceMiB: number, change: Partial<Ledger> = {}): Ledger {
  return {
    version: 1,
    volumeId: "11111111-1111-4111-8111-111111111111",
    disk: "d",
    stack: "p/s",
    generation: 1,
    state: "copying",
    writer: { nonce: "n", address: "192.0.2.1:0/1", process: null },
    capacityBytes,
    sliceMiB,
    begun: "",
    finished: "",
    source: { files: 1, bytes: 1, sha256: "s" },
    changeId: null,
    digest: null,
    imageProperties: [],
    ...change,
  };
}
