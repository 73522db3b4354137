import assert from "node:assert/strict";
import { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { estimate } from "../../planning/estimate.ts";
import { readBytes } from "../../planning/reading.ts";
import { estateDisk, estateVm } from "./fixtures.ts";

const GIB = 2 ** 30;
const model = ThroughputModel.parse({
  diskMiBPerSecond: 100,
  esxiHostMiBPerSecond: 200,
  datastoreMiBPerSecond: 400,
  totalMiBPerSecond: 1000,
  disksAtOnce: 20,
  verifyShare: 0.5,
  minutesPerVm: 1,
});

describe("estimate of duration", () => {
  const vm = (key: string, esxiHost: string, gib: number, changes: object = {}) =>
    estateVm(key, { esxiHost, disks: [estateDisk({ capacityBytes: gib * GIB, usedBytes: gib * GIB, ...changes })] });
  const spread = (count: number) => Array.from({ length: count }, (_, at) => vm(`vm${at}`, `esx${at}`, 10, on(at)));
  const on = (at: number) => ({ datastore: `ds${at}` });

  it("is that of the slowest: one big disk, a host that many VMs share, or all conversion hosts", () => {
    const small = [vm("a", "esx2", 40), vm("b", "esx2", 40), vm("c", "esx2", 40)];
    assert.deepEqual(estimate([vm("big", "esx1", 100)], model), {
      seconds: Math.ceil((100 * 1024 * 1.5) / 100 + 60),
      readBytes: 100 * GIB,
      slowest: "disk 2000 of big: 100.0 GiB at 100 MiB/s",
    });
    assert.equal(estimate(small, model).slowest, "ESXi host esx2: 120.0 GiB at 200 MiB/s");
    assert.equal(estimate(spread(40), model).slowest, "all conversion hosts: 400.0 GiB at 1000 MiB/s");
  });

  it("waits for the slots of the conversion hosts where these are fewer", () => {
    assert.equal(estimate(spread(40), { ...model, disksAtOnce: 4 }).slowest, "4 disks at once: 400.0 GiB at 400 MiB/s");
  });

  it("waits for the VMs that one ESXi host gives at once", () => {
    const many = Array.from({ length: 8 }, (_, at) => vm(`vm${at}`, "esx1", 10, on(at)));
    const fast = { ...model, esxiHostMiBPerSecond: 10_000 };
    assert.equal(estimate(many, { ...fast, vmsAtOncePerEsxiHost: 2 }).slowest, "ESXi host esx1: 80.0 GiB at 200 MiB/s");
  });

  it("reads a disk that VMs of the set share once", () => {
    const both = [vm("a", "esx1", 40, { sharedWith: ["b"] }), vm("b", "esx2", 40, { sharedWith: ["a"] })];
    assert.equal(estimate(both, model).readBytes, 40 * GIB);
    assert.equal(estimate(both.slice(1), model).readBytes, 40 * GIB);
  });

  it("adds the boots of VMs that wait for each other", () => {
    const one = [vm("a", "esx1", 1)];
    assert.equal(estimate(one, model, 3).seconds - estimate(one, model).seconds, 120);
  });

  it("shows names of the source safely", () => {
    assert.doesNotMatch(
      estimate([vm("a", "esx\n1\u202e", 40), vm("b", "esx\n1\u202e", 40)], { ...model, esxiHostMiBPerSecond: 1 })
        .slowest,
      /[\n\u202e]/u,
    );
  });

  it("reads used space only, and the stated share where that is unknown", () => {
    const disk = estateDisk({ capacityBytes: 100 * GIB, usedBytes: null });
    assert.equal(readBytes(disk, { ...model, unknownUsedShare: 0.4 }), 40 * GIB);
    assert.equal(readBytes({ ...disk, usedBytes: 3 * GIB }, model), 3 * GIB);
  });

  it("of nothing is nothing", () => {
    assert.deepEqual(estimate([], model), { seconds: 0, readBytes: 0, slowest: "nothing to read" });
  });
});
