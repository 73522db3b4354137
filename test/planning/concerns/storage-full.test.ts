import type { CloudOffer } from "../../../cloud/offer.ts";
import type { StoragePool } from "../../../cloud/storage-pool.ts";
import type { PlanInput } from "../../../planning/plan-wave.ts";
import { disk, estateVm, input, offer, plan, storagePool, volumeType } from "../fixtures.ts";
import { begunWeb, diskWith, finds, one, several, silent, testRule, volume } from "./cases.ts";

const GIB = 2 ** 30;
const pools = (...all: Partial<StoragePool>[]): Partial<CloudOffer> => ({
  storagePools: all.map((changes, index) =>
    storagePool(`pool${index}`, { totalGiB: 100, provisionedGiB: 10, ...changes }),
  ),
});
/** A disk of 10 GiB of which so much is used. */
const used = (gib: number) => diskWith({ usedBytes: gib * GIB });
const types = [volumeType("1", "ceph", { backend: "hdd" }), volumeType("2", "fast", { backend: "ssd" })];
const member = (freeGiB: number, storedGiB: number): PlanInput => ({
  ...one(used(8), {}, { isAdmin: false, storagePools: null }),
  storage: { lab: { pool: "volumes", place: "f volumes", storedBytes: storedGiB * GIB, freeBytes: freeGiB * GIB } },
});

testRule("storage.full", [
  finds("more than is free for sure", one(used(8), {}, pools({ freeGiB: 7.5 })), [
    null,
    "Critical",
    /pool0 \(volume type ceph\): 7\.5 GiB free, the wave still writes 8\.0 GiB at least: add storage/,
  ]),
  finds("disks of all VMs together", several({ a: used(8), b: used(8) }, {}, pools({ freeGiB: 15 })), [
    null,
    "Critical",
    /15 GiB free, the wave still writes 16 GiB/,
  ]),
  finds("disks that may not fit, since the source tells no used space", one({}, {}, pools({ freeGiB: 9 })), [
    null,
    "Warning",
    /9\.0 GiB free, the wave still writes up to 10 GiB \(0\.0 GiB for sure;.*may not fit/,
  ]),
  finds(
    "disks that are partly copied and may not fit",
    one(used(8), {}, { ...pools({ freeGiB: 7 }), volumes: [{ ...volume("web01-disk-2000"), status: "available" }] }),
    [null, "Warning", /up to 8\.0 GiB \(0\.0 GiB for sure/],
  ),
  finds("a pool that gets nearly full", one(used(8), {}, pools({ freeGiB: 22 })), [
    null,
    "Warning",
    /22 GiB free of 100 GiB, and the wave writes up to 8\.0 GiB: over 85 % full/,
  ]),
  finds(
    "more volumes than Cinder lets be provisioned",
    one(used(1), {}, pools({ freeGiB: 90, provisionedGiB: 195, overSubscription: 2 })),
    [
      null,
      "Critical",
      /volumes of 10 GiB together, Cinder lets 5 GiB more be provisioned: have max_over_subscription_ratio raised/,
    ],
  ),
  finds(
    "the pool of the volume type, not the other",
    one(
      { disks: [disk(2000, { bootOrder: 0, usedBytes: GIB }), disk(2001, { bootOrder: 1, usedBytes: 8 * GIB })] },
      { disks: { "2001": { volumeType: "fast" } } },
      { volumeTypes: types, ...pools({ backend: "hdd", freeGiB: 90 }, { backend: "ssd", freeGiB: 4 }) },
    ),
    [null, "Critical", /pool1 \(volume type fast\): 4\.0 GiB free/],
  ),
  finds(
    "one pool that two backends report, which is there once",
    one(used(8), {}, pools({ place: "same", freeGiB: 5 }, { place: "same", freeGiB: 5 })),
    [null, "Critical", /5\.0 GiB free/],
  ),
  finds("what two targets write to one pool", twoTargets(15), [
    null,
    "Critical",
    /15 GiB free, the wave still writes 16 GiB/,
  ]),
  finds("what the conversion host sees, where Cinder shows nothing", member(7, 50), [
    null,
    "Critical",
    /pool volumes, as the conversion host sees it \(volume type ceph\): 7\.0 GiB free/,
  ]),
  silent("what fits", one(used(8), {}, pools({ freeGiB: 24 }))),
  silent("what fits by the conversion host", member(50, 50)),
  silent("what is written", one(used(8), {}, { ...pools({ freeGiB: 1 }), ...begunWeb })),
  silent("VMs that are left out", one(used(8), { exclude: true }, pools({ freeGiB: 1 }))),
]);

/** Two VMs on two targets in different projects, whose volumes are in one pool. */
function twoTargets(freeGiB: number): PlanInput {
  const both = pools({ place: "f volumes", freeGiB });
  return input(
    ["a", "b"].map((key) => estateVm(key, used(8))),
    {
      plan: plan({ a: {}, b: { target: "other" } }, { targets: { lab: { cloud: "lab" }, other: { cloud: "other" } } }),
      offers: new Map([
        ["lab", offer(both)],
        ["other", offer({ ...both, target: "other", projectId: "project-2" })],
      ]),
    },
  );
}
