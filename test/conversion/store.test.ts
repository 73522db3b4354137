import assert from "node:assert/strict";
import { LEDGER_KEY, type Ledger } from "../../conversion/ledger/ledger.ts";
import { openLedger } from "../../conversion/ledger/store.ts";
import { openRbd } from "../../conversion/rbd/rbd.ts";
import { endingCommands, fakeRbd } from "./support/fake-rbd.ts";

const identity = {
  volumeId: "11111111-1111-4111-8111-111111111111",
  disk: "vm1-disk-2000",
  stack: "wavelift/test",
  generation: 1,
};
const ledger: Ledger = {
  version: 1,
  ...identity,
  state: "copying",
  writer: { nonce: "n", address: "192.0.2.1:0/1", process: null },
  capacityBytes: 4 * 1024 * 1024,
  sliceMiB: 1,
  begun: "0-3",
  finished: "",
  source: { files: 1, bytes: 1, sha256: "s" },
  changeId: null,
  digest: null,
  imageProperties: [],
};

describe("the ledger on its image", () => {
  it("is refused where it cannot be read, never taken for none", async () => {
    for (const text of ["", "half a ledg", "{}", JSON.stringify({ ...ledger, version: 2 })]) {
      const rbd = fakeRbd();
      rbd.meta.set(LEDGER_KEY, text);
      await assert.rejects(openLedger(rbd, identity).read(), /cannot be read by this version/, text);
    }
  });
  for (const [field, value] of [
    ["volumeId", "22222222-2222-4222-8222-222222222222"],
    ["disk", "vm9-disk-2000"],
    ["stack", "wavelift/other"],
    ["generation", 7],
  ] as const)
    it(`is refused where its ${field} is another one, and stays as it was`, async () => {
      const rbd = fakeRbd();
      const foreign = JSON.stringify({ ...ledger, [field]: value });
      rbd.meta.set(LEDGER_KEY, foreign);
      const store = openLedger(rbd, identity);
      await assert.rejects(store.read(), new RegExp(`belongs to another disk: ${field} is ${value}`));
      await assert.rejects(store.apply({ kind: "leave", nonce: "n" }), /belongs to another disk/);
      assert.equal(rbd.meta.get(LEDGER_KEY), foreign);
    });
  it("loses no event when several come at once", async () => {
    const rbd = fakeRbd();
    rbd.meta.set(LEDGER_KEY, JSON.stringify(ledger));
    const store = openLedger(rbd, identity);
    await Promise.all([0, 1, 2, 3].map((slice) => store.apply({ kind: "finish", nonce: "n", slices: [slice] })));
    assert.equal((await store.read())?.finished, "0-3");
  });
});

describe("a record that an old run writes late, over what has been done since", () => {
  const finished: Ledger = { ...ledger, finished: "0-3" };
  const late = JSON.stringify({ ...ledger, writer: { nonce: "old", address: "192.0.2.9:0/9", process: null } });

  it("does not count: the disk stays copied, sealed, accepted", async () => {
    const rbd = fakeRbd();
    rbd.meta.set(LEDGER_KEY, JSON.stringify(finished));
    const store = openLedger(rbd, identity);
    await store.apply({ kind: "copied", nonce: "n", digest: null });
    for (const [state, event] of [
      ["copied", { kind: "seal", imageProperties: [] }],
      ["sealed", { kind: "accept" }],
      ["accepted", null],
    ] as const) {
      rbd.meta.set(LEDGER_KEY, late);
      assert.equal((await store.read())?.state, state);
      if (event !== null) await store.apply(event);
    }
  });

  it("does not bring back what a new claim has given up: the source had changed", async () => {
    const rbd = fakeRbd();
    rbd.meta.set(LEDGER_KEY, JSON.stringify(finished));
    const store = openLedger(rbd, identity);
    await store.apply({ kind: "copied", nonce: "n", digest: null });
    const writer = { nonce: "new", address: "192.0.2.2:0/2", process: null };
    const source = { ...ledger.source, sha256: "another" };
    const { capacityBytes, sliceMiB } = ledger;
    await store.apply({ kind: "claim", identity, writer, capacityBytes, sliceMiB, source });
    assert.equal((await store.read())?.state, "copying");
    assert.equal((await store.read())?.writer?.nonce, "new");
  });

  it("is not made up where somebody has taken the ledger away", async () => {
    const rbd = fakeRbd();
    rbd.meta.set(LEDGER_KEY, JSON.stringify(finished));
    const store = openLedger(rbd, identity);
    await store.apply({ kind: "copied", nonce: "n", digest: null });
    rbd.meta.delete(LEDGER_KEY);
    assert.equal(await store.read(), null);
  });
});

describe("what rbd says", () => {
  const access = { pool: "pool", user: "user", conf: "/none" };
  const gone = "rbd: error opening image x: (2) No such file or directory";

  it("of an image that is not there is told from every other failure", async () => {
    assert.equal(await openRbd(endingCommands({ code: 2, stderr: gone }), access).info("x"), null);
    for (const failure of [
      { code: 2, stderr: "rbd: error opening pool 'pool': (2) No such file or directory" },
      { code: 1, stderr: "rbd: couldn't connect to the cluster!" },
      { code: null, signal: "SIGKILL" as const, stderr: "" },
    ])
      await assert.rejects(openRbd(endingCommands(failure), access).info("x"), /rbd info of the image pool\/x/);
  });
  it("of metadata that is not there is told from every other failure", async () => {
    for (const nothing of ["", "\n", "{}"])
      assert.deepEqual(await openRbd(endingCommands({ stdout: nothing }), access).metadata("x"), new Map());
    for (const failure of [
      { code: 2, stderr: gone },
      { code: 1, stderr: "timed out" },
      { code: 0, stdout: "no JSON" },
    ])
      await assert.rejects(openRbd(endingCommands(failure), access).metadata("x"), /image-meta list/);
  });
});
