import assert from "node:assert/strict";
import fc from "fast-check";
import { readRange } from "../../conversion/gateway/range.ts";

const ETAG = '"abc"';

describe("ranges of the gateway", () => {
  const whole = { kind: "whole" };
  const part = (offset: number, length: number) => ({ kind: "part", window: { offset, length } });
  const unsatisfiable = { kind: "unsatisfiable" };
  const cases: readonly (readonly [string, string | undefined, string | undefined, object])[] = [
    ["none", undefined, undefined, whole],
    ["one in the middle", "bytes=10-19", undefined, part(10, 10)],
    ["the last byte", "bytes=99-99", undefined, part(99, 1)],
    ["an open one", "bytes=90-", undefined, part(90, 10)],
    ["one from the end", "bytes=-5", undefined, part(95, 5)],
    ["more from the end than there is", "bytes=-500", undefined, part(0, 100)],
    ["one that goes on past the end", "bytes=90-1000", undefined, part(90, 10)],
    ["one past the end", "bytes=100-", undefined, unsatisfiable],
    ["one far past the end", "bytes=99999999999999999999-", undefined, unsatisfiable],
    ["nothing from the end", "bytes=-0", undefined, unsatisfiable],
    ["another unit", "lines=1-2", undefined, whole],
    ["several", "bytes=0-1,5-6", undefined, whole],
    ["one that ends before it begins", "bytes=9-8", undefined, whole],
    ["no numbers", "bytes=-", undefined, whole],
    ["with the file's own validator", "bytes=0-9", ETAG, part(0, 10)],
    ["with another validator", "bytes=0-9", '"other"', whole],
    ["with a weak validator", "bytes=0-9", `W/${ETAG}`, whole],
    ["with a date", "bytes=0-9", "Fri, 27 Nov 2026 06:00:00 GMT", whole],
  ];
  for (const [what, range, ifRange, expected] of cases)
    it(what, () => {
      assert.deepEqual(readRange(range, ifRange, ETAG, 100), expected);
    });

  it("never lie outside the file, and never are empty", () => {
    const number = fc.oneof(fc.constant(""), fc.bigInt({ min: 0n, max: 1n << 70n }).map(String));
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 2 ** 45 }), (first, last, size) => {
        const asked = readRange(`bytes=${first}-${last}`, undefined, ETAG, size);
        if (asked.kind !== "part") return;
        const { offset, length } = asked.window;
        assert.ok(offset >= 0 && length > 0 && offset + length <= size);
        if (first !== "") assert.equal(BigInt(offset), BigInt(first));
        if (first !== "" && last !== "") assert.ok(BigInt(offset + length - 1) <= BigInt(last));
      }),
    );
  });
});
