import assert from "node:assert/strict";
import { failed, refused } from "../../conversion/failure.ts";
import { patientStore } from "../../conversion/ledger/patient-store.ts";
import type { LedgerEvent } from "../../conversion/ledger/transitions.ts";
import { fakeClock } from "./support/fake-rbd.ts";
import { claimedLedger, MIB } from "./support/memory-disk.ts";

const begin: LedgerEvent = { kind: "begin", nonce: "n", slices: [0] };

describe("records of a copy while Ceph does not answer", () => {
  /** Applies an event to a store whose first tries end with these faults. */
  async function apply(faults: readonly Error[], goesOn = (): boolean => true) {
    const clock = fakeClock();
    const lines: string[] = [];
    let tries = 0;
    const store = patientStore(
      {
        apply: async () => {
          await clock.sleep(120_000);
          const fault = faults[tries];
          tries += 1;
          if (fault !== undefined) throw fault;
          return claimedLedger(8 * MIB, 4);
        },
        recordNodes: () => Promise.resolve(),
      },
      { disk: "d", clock, log: (line) => lines.push(line), goesOn },
    );
    const error = await store.apply(begin).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return { error: error instanceof Error ? error.message : null, tries, lines };
  }
  const away = failed("rbd image-meta set failed: no answer in 120000 ms, ended.");

  it("are made when it answers again, and both is said", async () => {
    assert.deepEqual(await apply([away, away]), {
      error: null,
      tries: 3,
      lines: [`${away.message} Trying again for up to 10 min`, "d: Ceph answers again"],
    });
  });
  it("are given up after ten minutes", async () => {
    const { error, tries } = await apply(Array.from({ length: 99 }, () => away));
    assert.deepEqual([error, tries], [`${away.message} (tried for 10 min)`, 5]);
  });
  it("are not tried again where a guard says no", async () => {
    assert.deepEqual(await apply([refused("another writer has taken over")]), {
      error: "another writer has taken over",
      tries: 1,
      lines: [],
    });
  });
  it("are not tried again once the run has ended, or its writer has", async () => {
    assert.equal((await apply([away, away], () => false)).tries, 1);
  });
});
