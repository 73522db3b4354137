import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { BLOCK_BYTES, diskDigest, rootOf, zeroBlockNode, zeroNode, type Node } from "../../conversion/copy/digest.ts";
import { isZero, zeroRuns } from "../../conversion/copy/zero-runs.ts";
import { NODES_PER_RECORD, readNodes, writeNodes } from "../../conversion/ledger/slice-nodes.ts";

const sha = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The tree as the definition has it, the slow way. */
function slowRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] ?? assert.fail();
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return sha(Buffer.from([1]), slowRoot(leaves.slice(0, left)), slowRoot(leaves.slice(left)));
}

describe("the digest of a disk", () => {
  const leaves = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 70 });

  it("is that of its definition", () => {
    fc.assert(
      fc.property(leaves, (some) => {
        const nodes = some.map((node) => Buffer.from(node));
        assert.ok(rootOf(nodes).equals(slowRoot(nodes)));
      }),
    );
    const root = sha("x");
    assert.equal(diskDigest(root, 512), `wavelift1:${sha("wavelift1 512 ", root).toString("hex")}`);
  });
  it("is the same whatever slices it was put together from", () => {
    fc.assert(
      fc.property(leaves, fc.constantFrom(1, 2, 4, 8, 16), (some, slice) => {
        const nodes = some.map((node) => Buffer.from(node));
        const slices: Node[] = [];
        for (let at = 0; at < nodes.length; at += slice) slices.push(rootOf(nodes.slice(at, at + slice)));
        assert.ok(rootOf(slices).equals(rootOf(nodes)));
      }),
    );
  });
  it("knows zeroes without reading them, short blocks too", () => {
    for (const length of [512, BLOCK_BYTES, BLOCK_BYTES + 512, 5 * BLOCK_BYTES, 256 * BLOCK_BYTES]) {
      const blocks: Node[] = [];
      for (let left = length; left > 0; left -= BLOCK_BYTES)
        blocks.push(sha(Buffer.alloc(Math.min(left, BLOCK_BYTES))));
      assert.ok(zeroNode(length).equals(rootOf(blocks)), String(length));
    }
    assert.ok(zeroBlockNode(1024).equals(sha(Buffer.alloc(1024))));
  });
});

describe("zeroes in a block", () => {
  it("are cut out where they are worth it, and nothing else is", () => {
    const piece = fc.record({ from: fc.integer({ min: 0, max: 1023 }), count: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.integer({ min: 1, max: 1024 }), (pieces, grains) => {
        const data = Buffer.alloc(grains * 4096);
        for (const { from, count } of pieces)
          data.fill(1, Math.min(from * 4096 + 7, data.length), Math.min((from + count) * 4096 - 9, data.length));
        let next = 0;
        for (const { from, to, zero } of zeroRuns(data)) {
          assert.equal(from, next);
          assert.ok(to > from);
          if (zero) assert.ok(isZero(data.subarray(from, to)), "data was taken for zeroes");
          next = to;
        }
        assert.equal(next, data.length);
      }),
    );
  });
  it("that fill large parts of it are not written", () => {
    const data = Buffer.alloc(BLOCK_BYTES);
    data.fill(1, 1 << 20, (1 << 20) + 5000);
    const written = zeroRuns(data).filter(({ zero }) => !zero);
    assert.deepEqual(written, [{ from: 1 << 20, to: (1 << 20) + 8192, zero: false }]);
  });
});

describe("the record of slices' digests", () => {
  const copy = { sliceMiB: 1024, source: "s" };
  it("gives back what was written, of this copy only", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 600 }), { minLength: 1 }), (slices) => {
        const nodes = new Map(slices.map((slice) => [slice, sha(String(slice))]));
        for (const record of new Set(slices.map((slice) => Math.floor(slice / NODES_PER_RECORD)))) {
          const text = writeNodes(nodes, record, copy);
          assert.ok(text.length < 100_000, "longer than an argument may be");
          const own = [...nodes].filter(([slice]) => Math.floor(slice / NODES_PER_RECORD) === record);
          assert.deepEqual(
            [...readNodes(text, record, copy)],
            own.sort(([a], [b]) => a - b),
          );
          assert.equal(readNodes(text, record, { ...copy, source: "other" }).size, 0);
          assert.equal(readNodes(text, record, { ...copy, sliceMiB: 512 }).size, 0);
        }
      }),
    );
    for (const text of [undefined, "", "{", "{}", '{"sliceMiB":1024,"source":"s","nodes":"?"}'])
      assert.equal(readNodes(text, 0, copy).size, 0);
  });
});
