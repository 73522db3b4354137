import assert from "node:assert/strict";
import fc from "fast-check";
import { reached, sliceCount, states, type Ledger } from "../../conversion/ledger/ledger.ts";
import { formatRanges, parseRanges } from "../../conversion/ledger/ranges.ts";
import { allowedFrom, transition, TransitionError, type LedgerEvent } from "../../conversion/ledger/transitions.ts";

const MIB = 1024 * 1024;
const identity = { volumeId: "11111111-1111-4111-8111-111111111111", disk: "a-disk-1", stack: "p/s", generation: 1 };
const source = (name: string) => ({ files: 1, bytes: 1, sha256: name });
const nonce = fc.constantFrom("n1", "n2", "n3");
const capacity = fc.constantFrom(3 * MIB, 5 * MIB + 512);

const event: fc.Arbitrary<LedgerEvent> = fc.oneof(
  fc.record({
    kind: fc.constant("claim" as const),
    identity: fc.constantFrom(identity, identity, { ...identity, volumeId: "22222222-2222-4222-8222-222222222222" }),
    writer: nonce.map((value) => ({ nonce: value, address: `192.0.2.1:0/${value}`, process: null })),
    capacityBytes: capacity,
    sliceMiB: fc.constantFrom(1, 2),
    source: fc.constantFrom("s1", "s1", "s2").map(source),
  }),
  fc.record({
    kind: fc.constantFrom("begin" as const, "finish" as const),
    nonce,
    slices: fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("leave" as const), nonce }),
  fc.record({ kind: fc.constant("copied" as const), nonce, digest: fc.constant(null) }),
  fc.record({ kind: fc.constant("synced" as const), nonce, changeId: fc.constant("52 1") }),
  fc.record({ kind: fc.constant("converted" as const), nonce }),
  fc.record({ kind: fc.constant("seal" as const), imageProperties: fc.constant(["hw_disk_bus"]) }),
  fc.record({ kind: fc.constant("accept" as const) }),
);

/** Tries an event; null when it is refused. */
function attempt(ledger: Ledger | null, happens: LedgerEvent): Ledger | null {
  try {
    return transition(ledger, happens);
  } catch (error) {
    assert.ok(error instanceof TransitionError, String(error));
    return null;
  }
}

const set = (ranges: string): Set<number> => parseRanges(ranges) ?? assert.fail(`no ranges: ${ranges}`);
const rank = (ledger: Ledger): number => states.indexOf(ledger.state);

/** The straight way of a disk of three slices; every run goes some part of it before anything may happen. */
const straight: readonly LedgerEvent[] = [
  {
    kind: "claim",
    identity,
    writer: { nonce: "n1", address: "192.0.2.1:0/n1", process: null },
    capacityBytes: 3 * MIB,
    sliceMiB: 1,
    source: source("s1"),
  },
  ...[0, 1, 2].flatMap((slice) =>
    (["begin", "finish"] as const).map((kind) => ({ kind, nonce: "n1", slices: [slice] })),
  ),
  { kind: "copied", nonce: "n1", digest: null },
  { kind: "seal", imageProperties: [] },
  { kind: "accept" },
];

/**
 * Runs events that may come from several confused writers, and shows every step that was allowed to `check`, which says
 * whether it had something to look at: a property that never does proves nothing.
 */
function everyStep(check: (before: Ledger | null, happens: LedgerEvent, after: Ledger) => boolean): void {
  let seen = 0;
  fc.assert(
    fc.property(fc.nat(straight.length), fc.array(event, { maxLength: 40 }), (way, events) => {
      let ledger: Ledger | null = null;
      for (const happens of [...straight.slice(0, way), ...events]) {
        const after = attempt(ledger, happens);
        if (after !== null && check(ledger, happens, after)) seen += 1;
        ledger = after ?? ledger;
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(seen > 10, `only ${seen} steps were looked at`);
}

describe("ledger: whatever happens in whatever order", () => {
  it("what is sealed never goes back, and accepted is the end", () => {
    everyStep((before, happens, after) => {
      if (before === null || !reached(before, "sealed")) return false;
      assert.ok(["seal", "accept"].includes(happens.kind), happens.kind);
      assert.ok(rank(after) >= rank(before));
      assert.deepEqual([after.begun, after.finished, after.writer], [before.begun, before.finished, null]);
      return true;
    });
  });

  it("only a claim leads back to copying, from copied at the latest, and only for another source", () => {
    everyStep((before, happens, after) => {
      if (before === null || rank(after) >= rank(before)) return false;
      assert.equal(happens.kind, "claim");
      assert.equal(before.state, "copied");
      assert.notDeepEqual([before.source, before.capacityBytes], [after.source, after.capacityBytes]);
      assert.equal(after.finished, "");
      return true;
    });
  });

  it("only the writer of the last claim changes what is copied", () => {
    everyStep((before, happens) => {
      if (!("nonce" in happens)) return false;
      assert.equal(before?.writer?.nonce, happens.nonce);
      return true;
    });
  });

  it("a slice once begun stays so, is within the disk, and none is finished that was not begun", () => {
    everyStep((before, happens, after) => {
      const begun = set(after.begun);
      for (const slice of begun) assert.ok(slice >= 0 && slice < sliceCount(after));
      for (const slice of set(after.finished)) assert.ok(begun.has(slice));
      if (before === null) return false;
      const restarted =
        happens.kind === "claim" &&
        (happens.source.sha256 !== before.source.sha256 || happens.capacityBytes !== before.capacityBytes);
      if (restarted) assert.equal(begun.size, sliceCount(after));
      else for (const slice of set(before.begun)) assert.ok(begun.has(slice));
      return true;
    });
  });

  it("copied means that every slice is finished and nobody writes", () => {
    everyStep((_before, happens, after) => {
      if (happens.kind !== "copied") return false;
      assert.deepEqual([set(after.finished).size, after.writer], [sliceCount(after), null]);
      return true;
    });
  });

  it("a disk never becomes another one", () => {
    everyStep((before, _happens, after) => {
      if (before === null) return false;
      assert.equal(after.volumeId, before.volumeId);
      return true;
    });
  });

  it("is not sealed while a writer has it", () => {
    const written = straight.slice(0, -2).reduce<Ledger | null>(transition, null);
    assert.ok(written !== null);
    const writer = { nonce: "n2", address: "192.0.2.1:0/n2", process: null };
    assert.throws(() => transition({ ...written, writer }, { kind: "seal", imageProperties: [] }), /is still writing/);
  });

  it("the table names the states only that are meant", () => {
    assert.deepEqual(allowedFrom.claim, [null, "empty", "copying", "copied"]);
    assert.deepEqual(allowedFrom.accept, ["sealed", "accepted"]);
  });
});

describe("ranges", () => {
  it("come back as they were written", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(300)), (numbers) => {
        const wanted = new Set(numbers);
        const text = formatRanges(wanted);
        assert.deepEqual(
          [...(parseRanges(text) ?? [])],
          [...wanted].sort((a, b) => a - b),
        );
        assert.equal(formatRanges(set(text)), text);
      }),
    );
  });
  it("are short", () => {
    assert.equal(formatRanges(new Set([19, 0, 1, 2, 17, 16, 5])), "0-2,5,16-17,19");
  });
  for (const text of ["1,", "2-1", "1-1", "3,1", "0-5,5", "0-1,2", "a", "-1", "01", "0-9999999", "1 ,3"])
    it(`refuse ${JSON.stringify(text)}`, () => {
      assert.equal(parseRanges(text), null);
    });
});
