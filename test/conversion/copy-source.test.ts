import assert from "node:assert/strict";
import fc from "fast-check";
import { Buffers } from "../../conversion/copy/buffers.ts";
import { BLOCK_BYTES } from "../../conversion/copy/digest.ts";
import { PatientSource } from "../../conversion/copy/patient-source.ts";
import { streamReader } from "../../conversion/copy/stream-reader.ts";
import { failed, refused } from "../../conversion/failure.ts";
import { unlimitedRate } from "../../conversion/limits/bandwidth.ts";
import { NbdError } from "../../conversion/nbd/connection.ts";
import { SourceFault, type RandomContents, type StreamContents } from "../../conversion/source/contents.ts";
import { fakeClock } from "./support/fake-rbd.ts";
import { memoryDisk, memorySource } from "./support/memory-disk.ts";

describe("a source that fails", () => {
  /** A source whose reads do what `answers` say, in order, and work from then on. */
  function failing(answers: readonly Error[], open: (count: number) => Promise<void> = () => Promise.resolve()) {
    const left = [...answers];
    const lines: string[] = [];
    let opened = 0;
    const clock = fakeClock();
    const cancel = new AbortController();
    const contents = (): Promise<RandomContents> => {
      opened += 1;
      const source = memorySource(memoryDisk([7]), () => {
        const error = left.shift();
        if (error !== undefined) throw error;
      });
      return open(opened).then(() => source);
    };
    const log = (line: string) => void lines.push(line);
    const source = new PatientSource({ disk: "d", open: contents, clock, log, signal: cancel.signal });
    const into = Buffer.alloc(512);
    return {
      lines,
      clock,
      cancel,
      opened: () => opened,
      read: () => source.use((one) => one.read({ offset: 0, length: 512 }, into)),
    };
  }
  const times = (count: number, error: Error): Error[] => Array.from({ length: count }, () => error);

  it("is opened again until it answers, and told once", async () => {
    const source = failing(times(9, new SourceFault("no route to host")));
    await source.read();
    assert.equal(source.opened(), 10);
    assert.deepEqual(source.lines, [
      "d: the source fails (no route to host): trying again for up to 10 min",
      "d: the source answers again",
    ]);
    assert.ok(source.clock.now() > 120_000, "pauses grow");
  });
  it("is given up after ten minutes, with the reason, and what was copied stays", async () => {
    const source = failing(times(1000, new SourceFault("no route to host")));
    await assert.rejects(source.read(), /not answered for 10 min: no route to host.*the next run goes on there/);
    assert.ok(source.clock.now() >= 600_000 && source.clock.now() < 700_000, String(source.clock.now()));
  });
  it("has its ten minutes anew once it has answered", async () => {
    const faults = times(15, new SourceFault("gone"));
    const source = failing(faults);
    for (let round = 0; round < 5; round++) await source.read();
    assert.equal(source.opened(), 16);
  });
  it("that cannot read one place is tried five times", async () => {
    const source = failing(times(1000, new NbdError("input/output error")));
    await assert.rejects(source.read(), /cannot be read there: input\/output error, 5 times/);
    const healing = failing(times(4, new NbdError("input/output error")));
    await healing.read();
  });
  it("that refuses is not asked again", async () => {
    const source = failing([refused("the VM was switched on")]);
    await assert.rejects(source.read(), /switched on/);
    assert.equal(source.opened(), 1);
  });
  it("that does not open the first time is told at once; once it has worked it may come back", async () => {
    const never = failing([], () => Promise.reject(failed("no such file")));
    await assert.rejects(never.read(), /no such file/);
    assert.equal(never.opened(), 1);
    const back = failing([], (count) => (count === 2 ? Promise.reject(failed("not yet")) : Promise.resolve()));
    await back.read();
    const later = failing([], (count) => (count === 2 ? Promise.reject(failed("not yet")) : Promise.resolve()));
    await later.read();
    const faults = failing([], () => Promise.resolve());
    await faults.read();
  });
  it("is not waited for once the run is told to end", async () => {
    const source = failing(times(1000, new SourceFault("gone")));
    source.cancel.abort(new Error("told to end"));
    await assert.rejects(source.read(), /told to end/);
  });
});

describe("a stream as blocks", () => {
  const SIZE = 3 * BLOCK_BYTES - 512;
  /** Pieces of a stream, and the disk that they make. */
  const stream = fc
    .array(
      fc.record({ gap: fc.integer({ min: 0, max: BLOCK_BYTES }), length: fc.integer({ min: 1, max: BLOCK_BYTES }) }),
      { maxLength: 8 },
    )
    .map((parts) => {
      const disk = Buffer.alloc(SIZE);
      const pieces: { offset: number; data: Buffer }[] = [];
      let at = 0;
      for (const { gap, length } of parts) {
        const offset = at + gap;
        if (offset >= SIZE) break;
        const data = Buffer.alloc(Math.min(length, SIZE - offset), pieces.length + 1);
        data.copy(disk, offset);
        pieces.push({ offset, data });
        at = offset + data.length;
      }
      return { disk, pieces };
    });
  const contents = (pieces: readonly { offset: number; data: Buffer }[]): StreamContents => ({
    kind: "stream",
    async *pieces() {
      for (const piece of pieces) {
        await Promise.resolve();
        yield piece;
      }
    },
    close: () => Promise.resolve(),
  });

  it("is the disk, however it is cut into pieces, and knows what is empty", async () => {
    await fc.assert(
      fc.asyncProperty(stream, fc.constantFrom(1, 2, 3), fc.boolean(), async ({ disk, pieces }, blocks, skip) => {
        const buffers = new Buffers(2);
        const reader = streamReader(contents(pieces), buffers, unlimitedRate);
        const read = Buffer.from(disk);
        for (let offset = skip ? BLOCK_BYTES : 0; offset < SIZE; offset += blocks * BLOCK_BYTES) {
          const window = { offset, length: Math.min(blocks * BLOCK_BYTES, SIZE - offset) };
          const empty = (await reader.dataBytes(window)) === 0;
          if (empty) assert.ok(!disk.subarray(offset, offset + window.length).some((byte) => byte !== 0));
          for await (const block of reader.blocks(window)) {
            if (block.buffer === null) read.fill(0, block.offset, block.offset + block.length);
            else {
              block.buffer.data.copy(read, block.offset, 0, block.length);
              buffers.release(block.buffer);
            }
          }
        }
        assert.ok(read.equals(disk));
      }),
      { numRuns: 15 },
    );
  });
  it("that goes back is an error", async () => {
    const piece = { offset: 1024, data: Buffer.alloc(512, 1) };
    const reader = streamReader(contents([piece, { ...piece, offset: 512 }]), new Buffers(1), unlimitedRate);
    await assert.rejects(async () => {
      for await (const block of reader.blocks({ offset: 0, length: BLOCK_BYTES })) assert.ok(block);
    }, /goes back from byte 1536 to 512/);
  });
  it("that breaks is an error, never zeroes", async () => {
    const broken: StreamContents = {
      kind: "stream",
      async *pieces() {
        yield { offset: 0, data: Buffer.alloc(512, 1) };
        await Promise.resolve();
        throw new SourceFault("the connection was reset");
      },
      close: () => Promise.resolve(),
    };
    const reader = streamReader(broken, new Buffers(1), unlimitedRate);
    await assert.rejects(reader.dataBytes({ offset: BLOCK_BYTES, length: BLOCK_BYTES }), /was reset/);
  });
});
