import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Failure } from "../../conversion/failure.ts";
import { SourceFault } from "../../conversion/source/contents.ts";
import { decodeStreamOptimized } from "../../conversion/source/stream-optimized.ts";
import { makeAs, makeDatastore } from "./support/disks.ts";
import { grainBytes, marker, streamOptimizedParts, type StreamPart } from "./support/stream-optimized.ts";

const GRAIN = 65_536;

/** A stream that comes in chunks of these sizes, over and over. */
async function* chunked(bytes: Buffer, sizes: readonly number[] = [16_384]): AsyncGenerator<Uint8Array> {
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
    if (index % 64 === 0) await Promise.resolve();
  }
}

/** What a stream holds as a disk; pieces must come in order, and on the disk. */
async function decoded(bytes: Buffer, capacityBytes: number, sizes?: readonly number[]): Promise<Buffer> {
  const disk = Buffer.alloc(capacityBytes);
  let end = 0;
  for await (const { offset, data } of decodeStreamOptimized(chunked(bytes, sizes), "the export", capacityBytes)) {
    assert.ok(offset >= end && offset + data.length <= capacityBytes, `a piece at ${offset} of ${data.length} bytes`);
    data.copy(disk, offset);
    end = offset + data.length;
  }
  return disk;
}

/** A disk with data in these grains. */
function diskOf(capacityBytes: number, grains: readonly number[]): Buffer {
  const disk = Buffer.alloc(capacityBytes);
  for (const grain of grains) {
    const half = Math.max(0, Math.min(GRAIN / 2, capacityBytes - grain * GRAIN));
    randomBytes(half).copy(disk, grain * GRAIN);
  }
  return disk;
}

const joined = (parts: readonly StreamPart[]): Buffer => Buffer.concat(parts.map(({ bytes }) => bytes));

/** Sizes of disks up to ten grain tables, and the grains that hold data. */
const disks = fc
  .record({
    capacityBytes: fc.integer({ min: 1, max: 40 * (GRAIN / 512) }).map((count) => count * 512),
    share: fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 12 }),
  })
  .map(({ capacityBytes, share }) => {
    const grains = share.map((part) => Math.floor(part * Math.ceil(capacityBytes / GRAIN)));
    return { capacityBytes, disk: diskOf(capacityBytes, grains) };
  });

describe("a streamOptimized VMDK that comes through a pipe", function () {
  this.timeout(120_000);

  it("gives the disk, however it is cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(disks, fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1 }), async (one, sizes) => {
        const bytes = joined(streamOptimizedParts(one.disk));
        const found = await decoded(bytes, one.capacityBytes, [...sizes, 4096]);
        assert.ok(found.equals(one.disk));
      }),
      { numRuns: 20 },
    );
  });

  it("gives the disk that qemu-img wrote, whose tables stand in front", async () => {
    const datastore = makeDatastore();
    const { folder } = datastore;
    try {
      await fc.assert(
        fc.asyncProperty(disks, async ({ capacityBytes, disk }) => {
          writeFileSync(join(folder, "disk.raw"), disk);
          const vmdk = makeAs(join(folder, "disk.raw"), "vmdk", join(folder, "disk.vmdk"), "subformat=streamOptimized");
          // qemu-img writes no end marker; what it pads its last 64 KiB with looks like one where there is room.
          const bytes = Buffer.concat([readFileSync(vmdk), Buffer.alloc(512)]);
          assert.ok((await decoded(bytes, capacityBytes)).equals(disk));
        }),
        { numRuns: 4 },
      );
    } finally {
      datastore.remove();
    }
  });

  it("is never taken for whole when it ends early, wherever it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(disks, fc.double({ min: 0, max: 1, noNaN: true }), async ({ capacityBytes, disk }, where) => {
        const bytes = joined(streamOptimizedParts(disk));
        const cut = Math.min(Math.floor(where * bytes.length), bytes.length - 1);
        await assert.rejects(decoded(bytes.subarray(0, cut), capacityBytes), SourceFault);
      }),
      { numRuns: 20 },
    );
  });

  it("is never taken for whole when it is cut between its parts", async () => {
    const parts = streamOptimizedParts(diskOf(40 * GRAIN, [0, 1, 2, 30]));
    for (let count = 0; count < parts.length; count += 1)
      await assert.rejects(
        decoded(joined(parts.slice(0, count)), 40 * GRAIN),
        count === 0 ? /ended after 0 bytes, in its header/ : /ended after \d+ bytes, before its end marker/,
      );
  });

  it("gives the disk's last bytes only once its end was found, for whoever asks no more then", async () => {
    const disk = diskOf(6 * GRAIN, [0, 5]);
    const parts = streamOptimizedParts(disk);
    const grains = parts.filter(({ kind }) => kind === "grain").length;
    for (let count = 1; count < parts.length; count += 1) {
      const seen: number[] = [];
      const read = async (): Promise<void> => {
        for await (const { offset } of decodeStreamOptimized(
          chunked(joined(parts.slice(0, count))),
          "the export",
          disk.length,
        ))
          seen.push(offset);
      };
      await assert.rejects(read(), SourceFault);
      assert.ok(!seen.includes(5 * GRAIN), `after ${count} of ${parts.length} parts`);
    }
    assert.equal(grains, 2);
  });

  it("with a flipped byte is refused, or gives the same disk", async () => {
    await fc.assert(
      fc.asyncProperty(
        disks,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 1, max: 255 }),
        async ({ capacityBytes, disk }, where, flip) => {
          const bytes = joined(streamOptimizedParts(disk));
          const at = Math.floor(where * bytes.length);
          bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at);
          const found = await decoded(bytes, capacityBytes).catch((error: unknown) => error);
          if (Buffer.isBuffer(found)) assert.ok(found.equals(disk), `byte ${at} changed the disk`);
          else assert.ok(found instanceof Failure || found instanceof SourceFault, String(found));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("with a flipped byte in a marker or table is refused, or gives the same disk", async () => {
    const disk = diskOf(11 * GRAIN, [0, 3, 4, 10]);
    const parts = streamOptimizedParts(disk);
    const starts = parts.reduce<number[]>((all, { bytes }) => [...all, (all.at(-1) ?? 0) + bytes.length], [0]);
    for (const start of starts.slice(0, -1))
      for (const offset of [0, 1, 2, 4, 8, 9, 12, 512, 516, 524]) {
        const bytes = joined(parts);
        if (start + offset >= bytes.length) continue;
        bytes.writeUInt8(bytes.readUInt8(start + offset) ^ 0x01, start + offset);
        const found = await decoded(bytes, disk.length).catch((error: unknown) => error);
        if (Buffer.isBuffer(found)) assert.ok(found.equals(disk), `byte ${offset} of the part at ${start}`);
      }
  });

  describe("is refused with what is wrong", () => {
    const capacity = 20 * GRAIN;
    const disk = diskOf(capacity, [0, 5, 16]);
    const parts = streamOptimizedParts(disk);
    /** The stream with other grains instead of its own; the rest stays. */
    const withGrains = (...grains: readonly Buffer[]): Buffer =>
      Buffer.concat([
        ...parts.filter(({ kind }) => kind === "header").map(({ bytes }) => bytes),
        ...grains,
        ...parts
          .filter(({ kind }) => kind !== "header" && kind !== "grain" && kind !== "table")
          .map(({ bytes }) => bytes),
      ]);
    const data = randomBytes(GRAIN);
    const cases: readonly [string, Buffer, RegExp, number?][] = [
      ["another capacity", joined(parts), /has 1310720 bytes, the estate says 1311232/, capacity + 512],
      ["a grain twice", withGrains(grainBytes(3, data), grainBytes(3, data)), /the grain at sector 384 comes twice/],
      [
        "grains out of order",
        withGrains(grainBytes(4, data), grainBytes(3, data)),
        /sector 384 comes twice or out of order/,
      ],
      ["a grain beyond the disk", withGrains(grainBytes(20, data)), /sector 2560, beyond the disk's 2560 sectors/],
      ["a grain that is too short", withGrains(grainBytes(3, data.subarray(0, 512))), /has 512 bytes, expected 65536/],
      [
        "a grain that is too long",
        withGrains(grainBytes(3, Buffer.alloc(GRAIN + 1))),
        /cannot be inflated \(Cannot create/,
      ],
      ["bytes that are no zlib", withGrains(marker(384, 400, 0x11111111)), /cannot be inflated \(incorrect header/],
      ["a grain without a table", withGrains(grainBytes(3, data)), /1 of its grain tables are missing/],
      ["an unknown marker", withGrains(marker(1, 0, 9)), /at byte 65536 is no marker \(type 9, 1 sectors\)/],
      ["metadata without an end", withGrains(marker(2 ** 40, 0, 2)), /is no marker/],
      ["a page of a proxy", Buffer.from(`<html>${" ".repeat(600)}`), /begins with "<htm", not "KDMV"/],
    ];
    for (const [name, bytes, message, capacityBytes = capacity] of cases)
      it(name, async () => {
        await assert.rejects(decoded(bytes, capacityBytes), (error: unknown) => {
          assert.ok(error instanceof Failure, String(error));
          assert.match(error.message, message);
          return true;
        });
      });

    it("a grain that its table puts elsewhere", async () => {
      const moved = parts.map(({ kind, bytes }) => ({ kind, bytes: Buffer.from(bytes) }));
      const grain = moved.find(({ kind }) => kind === "grain") ?? assert.fail("no grain");
      // From grain 0 to grain 1: aligned, ascending, on the disk, and wrong.
      grain.bytes.writeBigUInt64LE(BigInt(GRAIN / 512), 0);
      await assert.rejects(
        decoded(joined(moved), capacity),
        /grain 0 is at sector 0 of the stream, its grain table says 128/,
      );
    });

    it("a monolithic sparse VMDK", async () => {
      const bytes = joined(parts);
      bytes.writeUInt32LE(3, 8);
      await assert.rejects(decoded(bytes, capacity), /is a sparse VMDK, but no stream-optimized one \(flags 0x3/);
    });
  });

  it("closes its stream when nobody wants more, and when it is damaged", async () => {
    const bytes = joined(streamOptimizedParts(diskOf(40 * GRAIN, [...Array(40).keys()])));
    for (const damage of [false, true]) {
      let closed = false;
      const stream = (async function* () {
        try {
          yield* chunked(bytes);
        } finally {
          closed = true;
        }
      })();
      const pieces = decodeStreamOptimized(stream, "the export", damage ? 512 : 40 * GRAIN);
      if (damage) await assert.rejects(pieces.next(), /the estate says 512/);
      else {
        assert.equal((await pieces.next()).value?.offset, 0);
        await pieces.return();
      }
      assert.equal(closed, true);
    }
  });
});
