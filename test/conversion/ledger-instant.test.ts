import assert from "node:assert/strict";
import fc from "fast-check";
import { Ledger, states } from "../../conversion/ledger/ledger.ts";
import { allowedFrom, transition, TransitionError, type LedgerEvent } from "../../conversion/ledger/transitions.ts";

const identity = { volumeId: "11111111-1111-4111-8111-111111111111", disk: "a-disk-1", stack: "p/s", generation: 1 };
const about = { identity, capacityBytes: 3 << 20, sliceMiB: 1, source: { files: 1, bytes: 1, sha256: "s1" } };
const writer = { nonce: "n1", address: "192.0.2.1:0/1", process: null };
const prepare: LedgerEvent = { kind: "prepare", ...about };
const copy: readonly LedgerEvent[] = [
  { kind: "claim", ...about, writer },
  ...(["begin", "finish"] as const).map((kind) => ({ kind, nonce: "n1", slices: [0, 1, 2] })),
];
const others: readonly LedgerEvent[] = [
  ...copy,
  { kind: "claim", ...about, writer, source: { files: 1, bytes: 1, sha256: "s2" } },
  { kind: "copied", nonce: "n1", digest: null },
  { kind: "leave", nonce: "n1" },
  { kind: "seal", imageProperties: [] },
  { kind: "sealInstant", imageProperties: [] },
  { kind: "committed", digest: "d" },
  { kind: "accept" },
];

/** The ledger after these, leaving out what is refused. */
function after(events: readonly LedgerEvent[]): Ledger | null {
  return events.reduce<Ledger | null>((ledger, event) => {
    try {
      return transition(ledger, event);
    } catch (error) {
      assert.ok(error instanceof TransitionError, String(error));
      return ledger;
    }
  }, null);
}

describe("ledger of an instant import", () => {
  const sealed = [prepare, { kind: "sealInstant", imageProperties: ["hw_disk_bus"] }] as const;

  it("may be sealed while it reads from the source, and committed before or after", () => {
    assert.deepEqual([after([prepare])?.state, after([prepare])?.instant], ["copying", true]);
    const running = after(sealed);
    assert.deepEqual([running?.state, running?.instant, running?.imageProperties], ["sealed", true, ["hw_disk_bus"]]);
    const commit: LedgerEvent = { kind: "committed", digest: "d" };
    for (const [events, state] of [
      [[...sealed, commit], "sealed"],
      [[prepare, commit], "copied"],
    ] as const) {
      const ledger = after(events);
      assert.deepEqual([ledger?.state, ledger?.instant, ledger?.digest], [state, undefined, "d"]);
      assert.deepEqual(Ledger.parse(JSON.parse(JSON.stringify(ledger))), ledger);
    }
  });

  it("is not accepted before the commit", () => {
    assert.throws(() => transition(after(sealed), { kind: "accept" }), /still reads from its source/);
    assert.equal(after([...sealed, { kind: "committed", digest: null }, { kind: "accept" }])?.state, "accepted");
  });

  it("lets no writer copy over it, whatever happens in whatever order", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...others), { maxLength: 12 }), (events) => {
        const ledger = after([prepare, ...events]);
        if (ledger?.instant !== true) return;
        assert.deepEqual([ledger.writer, ledger.begun, ledger.finished], [null, "", ""]);
        assert.ok(["copying", "sealed"].includes(ledger.state), ledger.state);
      }),
    );
  });

  it("is told from that of an ordinary copy, which is neither sealed half done nor committed", () => {
    const copying = after(copy);
    for (const kind of ["sealInstant", "committed"] as const)
      assert.throws(
        () => transition(copying, kind === "committed" ? { kind, digest: null } : { kind, imageProperties: [] }),
        /does not read from its source/,
      );
    assert.deepEqual(allowedFrom.prepare, [null, "empty"]);
    for (const state of states.filter((one) => one !== "empty"))
      assert.throws(() => transition(copying === null ? null : { ...copying, state }, prepare), TransitionError);
  });
});
