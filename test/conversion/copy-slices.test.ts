import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { Buffers } from "../../conversion/copy/buffers.ts";
import { copySlices } from "../../conversion/copy/copy-slices.ts";
import { BLOCK_BYTES, rootOf, type Node } from "../../conversion/copy/digest.ts";
import { startHasher, type Hasher } from "../../conversion/copy/hasher.ts";
import { PatientSource } from "../../conversion/copy/patient-source.ts";
import { randomReader } from "../../conversion/copy/random-reader.ts";
import type { ReadableContents } from "../../conversion/copy/target.ts";
import { blockNodes } from "../../conversion/copy/verify.ts";
import { systemClock } from "../../conversion/effects.ts";
import type { Ledger } from "../../conversion/ledger/ledger.ts";
import { parseRanges } from "../../conversion/ledger/ranges.ts";
import type { LedgerEvent } from "../../conversion/ledger/transitions.ts";
import { unlimitedRate } from "../../conversion/limits/bandwidth.ts";
import type { Window } from "../../conversion/source/contents.ts";
import {
  claimedLedger,
  memoryDisk,
  memorySource,
  memoryStore,
  memoryTarget,
  MIB,
  type Operation,
} from "./support/memory-disk.ts";

/** Last short block and three whole ones behind it would do; more make room for slices without data. */
const layout = fc.array(fc.constantFrom(0, 0, 7, 9), { minLength: 2, maxLength: 7 });

describe("the copy of slices", function () {
  this.timeout(120_000);
  let hasher: Hasher;
  before(() => {
    hasher = startHasher();
  });
  after(() => hasher.close());

  interface Run {
    readonly source: Buffer;
    readonly target: Buffer;
    readonly ledger: Ledger;
    readonly happens?: (operation: Operation, window: Window) => unknown;
    readonly before?: (event: LedgerEvent) => unknown;
    readonly readBack?: ReadableContents;
    /** Takes place before each write reaches the target. */
    readonly beforeWrite?: (offset: number) => Promise<void>;
    /** Gets the ledger after each event. */
    readonly recorded?: (ledger: Ledger) => unknown;
    readonly signal?: AbortSignal;
  }

  async function run({ source, target, ledger, signal = new AbortController().signal, ...hooks }: Run) {
    const buffers = new Buffers(6);
    const log = (): void => undefined;
    const open = () => Promise.resolve(memorySource(source));
    const patient = new PatientSource({ disk: "d", open, clock: systemClock, log, signal });
    const reader = randomReader(patient, buffers, unlimitedRate, 3);
    const store = memoryStore(ledger, hooks.before, hooks.recorded);
    const memory = memoryTarget(target, hooks.happens);
    const written = {
      ...memory,
      write: async (offset: number, data: Buffer) => {
        await hooks.beforeWrite?.(offset);
        await memory.write(offset, data);
      },
    };
    const readBack = { contents: hooks.readBack ?? written, buffers: new Buffers(2), hasher };
    const common = { clock: systemClock, log, disk: "d", store, reader, buffers, hasher, target: written, readBack };
    const result = copySlices({ ...common, signal }, ledger, "n");
    return { store, nodes: await result.then((nodes) => nodes).catch((error: unknown) => error) };
  }

  const blocks = (ranges: string, sliceMiB: number): Set<number> =>
    new Set([...(parseRanges(ranges) ?? [])].flatMap((slice) => range(slice * (sliceMiB / 4), sliceMiB / 4)));
  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

  it("cut at any operation, again and again, goes on from the ledger: the target is the source, with the same digest", async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        layout,
        fc.constantFrom(4, 8),
        fc.integer({ min: 1, max: 64 }),
        cuts,
        async (fill, slice, short, cutAt) => {
          const size = fill.length * BLOCK_BYTES - short * 512;
          const source = memoryDisk(fill, size);
          const target = Buffer.alloc(size);
          let ledger = claimedLedger(size, slice);
          const nodes = new Map<number, Node>();
          for (const cut of [...cutAt, Infinity]) {
            let count = 0;
            const finished = blocks(ledger.finished, slice);
            let recorded = ledger;
            const { store, nodes: found } = await run({
              source,
              target,
              ledger,
              recorded: (after) => (recorded = after),
              happens: (operation, { offset }) => {
                count += 1;
                if (count >= cut) throw new Error("cut");
                if (operation.startsWith("write")) {
                  assert.ok(!finished.has(Math.floor(offset / BLOCK_BYTES)), "a finished slice was written");
                  const begun = blocks(recorded.begun, slice);
                  assert.ok(begun.has(Math.floor(offset / BLOCK_BYTES)), "written before it was recorded as begun");
                }
              },
            });
            ledger = store.ledger();
            if (found instanceof Map) for (const [at, node] of found as Map<number, Node>) nodes.set(at, node);
            else assert.match(String(found), /cut/);
          }
          assert.ok(target.equals(source));
          assert.equal(parseRanges(ledger.finished)?.size, Math.ceil(size / (slice * MIB)));
          if (cutAt.length === 0) {
            const readBack = { contents: memoryTarget(source), buffers: new Buffers(2), hasher };
            const expected = rootOf(await blockNodes(readBack, { offset: 0, length: size }));
            const slices = [...nodes].sort(([a], [b]) => a - b).map(([, node]) => node);
            assert.ok(rootOf(slices).equals(expected), "the digest depends on the slices");
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  /** The target with one byte that it returns otherwise than it was written. */
  function tampered(target: Buffer, at: number): ReadableContents {
    const disk = (): Buffer => {
      const copy = Buffer.from(target);
      copy.writeUInt8((copy[at] ?? 0) ^ 0x40, at);
      return copy;
    };
    return {
      extents: (window) => memoryTarget(disk()).extents(window),
      read: (window, into) => memoryTarget(disk()).read(window, into),
    };
  }

  it("finds any byte that the storage returns otherwise, and does not call its slice finished", async () => {
    await fc.assert(
      fc.asyncProperty(layout, fc.nat(), async (fill, place) => {
        const source = memoryDisk(fill);
        const target = Buffer.alloc(source.length);
        const at = place % source.length;
        const ledger = claimedLedger(source.length, 4);
        const { store, nodes } = await run({ source, target, ledger, readBack: tampered(target, at) });
        assert.match(String(nodes), /verification found a difference in (bytes|a part that is empty)/);
        const finished = parseRanges(store.ledger().finished) ?? new Set();
        assert.ok(!finished.has(Math.floor(at / (4 * MIB))));
      }),
      { numRuns: 12 },
    );
  });

  it("ends with a fault only when nothing is written any more, of the next slice neither", async () => {
    const source = memoryDisk([7, 9]);
    const target = Buffer.alloc(source.length);
    const stored = memoryTarget(target);
    let writing = 0;
    const { nodes } = await run({
      source,
      target,
      ledger: claimedLedger(source.length, 4),
      // The first slice is found to differ while the second one, which was read meanwhile, is still being written.
      readBack: { ...stored, read: () => sleep(100).then(() => Promise.reject(new Error("not readable"))) },
      beforeWrite: async (offset) => {
        if (offset === 0) return;
        writing += 1;
        await sleep(500);
        writing -= 1;
      },
    });
    assert.match(String(nodes), /copying bytes (0 to 4194303|4194304 to 8388607) failed: not readable/);
    assert.equal(writing, 0, "a write was still under way");
  });

  it("records no slice as finished whose flush failed", async () => {
    const source = memoryDisk([7, 9]);
    const happens = (operation: Operation): void => {
      if (operation === "flush") throw new Error("no room");
    };
    const ledger = claimedLedger(source.length, 4);
    const { store, nodes } = await run({ source, target: Buffer.alloc(source.length), ledger, happens });
    // The second slice is under way by then, and may be the first to hear of it.
    assert.match(String(nodes), /copying bytes (0 to 4194303|4194304 to 8388607) failed: no room/);
    assert.equal(store.ledger().finished, "");
  });

  it("records no zeroes as finished whose flush failed", async () => {
    const source = memoryDisk([0, 0]);
    const happens = (operation: Operation): void => {
      if (operation === "flush") throw new Error("no room");
    };
    const ledger = claimedLedger(source.length, 4, { begun: "0-1" });
    const { store, nodes } = await run({ source, target: memoryDisk([1, 1]), ledger, happens });
    assert.match(String(nodes), /no room/);
    assert.equal(store.ledger().finished, "");
  });

  it("flushes what it has written before it reads it back, and reads all back before it records it", async () => {
    const source = memoryDisk([7, 0, 9, 5, 5, 3]);
    const order: { what: string; offset: number }[] = [];
    const { nodes } = await run({
      source,
      target: Buffer.alloc(source.length),
      ledger: claimedLedger(source.length, 32),
      happens: (what, { offset }) => order.push({ what, offset }),
      before: ({ kind }) => order.push({ what: kind, offset: 0 }),
    });
    assert.ok(nodes instanceof Map);
    assert.equal(order[0]?.what, "begin");
    assert.deepEqual(
      order.slice(-2).map(({ what }) => what),
      ["flush", "finish"],
    );
    for (const block of [0, 2, 3, 4, 5]) {
      const at = (wanted: string) =>
        order.findIndex(({ what, offset }) => what === wanted && offset === block * BLOCK_BYTES);
      const between = order.slice(at("write"), at("read")).map(({ what }) => what);
      assert.ok(between.includes("flush"), `block ${block} was read back before it was flushed`);
    }
  });

  it("records slices without data together, and writes nothing where nothing ever was", async () => {
    const source = memoryDisk([7, 0, 0, 0, 9, 0]);
    const writes: number[] = [];
    const { store } = await run({
      source,
      target: Buffer.alloc(source.length),
      ledger: claimedLedger(source.length, 4),
      happens: (operation, { offset }) => operation.startsWith("write") && writes.push(offset / BLOCK_BYTES),
    });
    assert.deepEqual(writes, [0, 4]);
    const begun = store.events.flatMap((event) => (event.kind === "begin" ? [event.slices] : []));
    // No more data than a full slice has, and a full slice at once.
    assert.deepEqual(begun, [[0], [1, 2, 3, 4], [5]]);
  });

  it("writes zeroes where an earlier run may have left something", async () => {
    const source = memoryDisk([7, 0, 0, 9]);
    const target = memoryDisk([1, 1, 1, 1]);
    const ledger = claimedLedger(source.length, 4, { begun: "0-3" });
    const { nodes } = await run({ source, target, ledger });
    assert.ok(nodes instanceof Map, String(nodes));
    assert.ok(target.equals(source));
  });

  it("ends between two blocks when it is told to", async () => {
    const source = memoryDisk([7, 7, 7, 7, 7, 7]);
    const cancel = new AbortController();
    let writes = 0;
    const { nodes } = await run({
      source,
      target: Buffer.alloc(source.length),
      ledger: claimedLedger(source.length, 4),
      signal: cancel.signal,
      happens: (operation) => {
        if (operation === "write") writes += 1;
        if (writes === 2) cancel.abort(new Error("told to end"));
      },
    });
    assert.match(String(nodes), /told to end/);
    assert.ok(writes < 5, `${writes} blocks were written`);
  });
});
