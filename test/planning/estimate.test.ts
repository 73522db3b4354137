import assert from "node:assert/strict";
import { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { estimate, readBytes } from "../../planning/estimate.ts";
import { estateDisk, estateVm } from "./fixtures.ts";

const GIB = 2 ** 30;
const model = ThroughputModel.parse({
  diskMiBPerSecond: 100,
  esxiHostMiBPerSecond: 200,
  datastoreMiBPerSecond: 400,
  totalMiBPerSecond: 1000,
  verifyShare: 0.5,
  minutesPerVm: 1,
});

describe("estimate of duration", () => {
  const vm = (key: string, esxiHost: string, gib: number) =>
    estateVm(key, { esxiHost, disks: [estateDisk({ capacityBytes: gib * GIB, usedBytes: gib * GIB })] });

  it("is that of the slowest: one big disk, a host that many VMs share, or all conversion hosts", () => {
    const small = [vm("a", "esx2", 40), vm("b", "esx2", 40), vm("c", "esx2", 40)];
    assert.deepEqual(estimate([vm("big", "esx1", 100)], model), {
      seconds: Math.ceil((100 * 1024 * 1.5) / 100 + 60),
      readBytes: 100 * GIB,
      slowest: "disk 2000 of big: 100.0 GiB at 100 MiB/s",
    });
    assert.equal(estimate(small, model).slowest, "ESXi host esx2: 120.0 GiB at 200 MiB/s");
    const many = Array.from({ length: 40 }, (_, at) =>
      estateVm(`vm${at}`, {
        esxiHost: `esx${at}`,
        disks: [estateDisk({ datastore: `ds${at}`, capacityBytes: 10 * GIB, usedBytes: 10 * GIB })],
      }),
    );
    assert.equal(estimate(many, model).slowest, "all conversion hosts: 400.0 GiB at 1000 MiB/s");
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
