import assert from "node:assert/strict";
import fc from "fast-check";
import type { CloudOffer } from "../../cloud/offer.ts";
import { Concern } from "../../inventory/schema/wave.ts";
import { drift, driftConcerns, formatDifference } from "../../planning/drift.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { planInputs } from "./arbitraries.ts";
import { disk, estateVm, flavor, input, nic, offer, plan } from "./fixtures.ts";

const mac = "00:50:56:00:00:01";
const web = (changes: object = {}) => estateVm("web01", { nics: [nic(4000, mac, "10.20.0.9")], ...changes });

/** What the wave file of `web()` would be now, with other facts, overrides or another cloud. */
function differences(facts: object, overrides: object = {}, cloud: Partial<CloudOffer> = {}) {
  const written = planWave(input([web()])).file;
  const offers = new Map([["lab", offer(cloud)]]);
  return drift(written, planWave(input([web(facts)], { plan: plan({ web01: overrides }), offers })).file);
}

const lines = (...args: Parameters<typeof differences>): string[] => differences(...args).map(formatDifference);

describe("drift", () => {
  it("is nothing between a wave and itself", () => {
    fc.assert(
      fc.property(planInputs, (any) => {
        const { file } = planWave(any);
        assert.deepEqual(drift(file, planWave({ ...any, previous: file }).file), []);
      }),
      { numRuns: 100 },
    );
  });

  it("is nothing when only volatile facts, or the number of flavors, changed", () => {
    const facts = { toolsState: "notRunning", snapshots: [{ id: "1", name: "s" }], esxiHost: "esx9", tags: ["x"] };
    assert.deepEqual(lines(facts, {}, { flavors: [...offer().flavors, flavor("m1.huge", 64, 262_144)] }), []);
  });

  it("tells a new smaller flavor", () => {
    assert.deepEqual(lines({ memoryMiB: 4000 }, {}, { flavors: [...offer().flavors, flavor("m1.odd", 2, 4000)] }), [
      "web01 flavor: m1.medium 2 x 4096 -> m1.odd 2 x 4000 (new smaller flavor)",
    ]);
  });

  it("tells a larger one with its reason", () => {
    assert.deepEqual(lines({ memoryMiB: 5000 }), [
      "web01 flavor: m1.medium 2 x 4096 -> m1.large 4 x 8192 (smallest of 1 with >= 2 vCPUs and >= 5000 MiB: m1.large 4 x 8192)",
    ]);
  });

  it("tells disks, NICs and properties one by one, sorted, with what can be applied", () => {
    const facts = {
      name: "web-one",
      disks: [disk(2000, { capacityBytes: 11 * 2 ** 30, bootOrder: 0 }), disk(2001)],
      nics: [nic(4000, "00:50:56:00:00:02", "10.20.0.10")],
      firmware: "efi",
    };
    const found = differences(facts);
    assert.deepEqual(
      found.map(
        ({ what, before, after, forceNew }) => `${what}: ${before ?? "-"} -> ${after ?? "-"}${forceNew ? " !" : ""}`,
      ),
      [
        "disk 2000 capacity: 10737418240 bytes -> 11811160064 bytes !",
        "disk 2000 size: 10 GiB -> 11 GiB",
        "disk 2001 capacity: - -> 10737418240 bytes !",
        "disk 2001 name: - -> web01-disk-2001",
        "disk 2001 position: - -> 1 !",
        "disk 2001 size: - -> 10 GiB",
        "disk 2001 source: - -> [ds1] vm/vm-2001.vmdk (vmdk) !",
        "disk 2001 transport: - -> file",
        "disk 2001 volume type: - -> ceph !",
        "image property hw_firmware_type: - -> uefi",
        "image property hw_machine_type: - -> q35",
        "name: web01 -> web-one",
        "nic 4000 MAC: 00:50:56:00:00:01 -> 00:50:56:00:00:02 !",
        "nic 4000 addresses: 10.20.0.9 in sub-1 -> 10.20.0.10 in sub-1",
        "source name: web01 -> web-one",
      ],
    );
  });

  it("tells VMs that came and went", () => {
    const [a, b] = [planWave(input([estateVm("a")])).file, planWave(input([estateVm("b")])).file];
    assert.deepEqual(drift(a, b).map(formatDifference), ["a: in the wave file -> none", "b: none -> planned"]);
  });

  it("becomes a note that names the way to apply it", () => {
    const [note, ...others] = driftConcerns(differences({}, { flavor: "m1.large" })).map((one) => Concern.parse(one));
    assert.deepEqual([note?.category, note?.id, note?.vm, others.length], ["Information", "plan.drift", "web01", 0]);
    assert.match(note?.assessment ?? "", /m1\.medium.*m1\.large.*wavelift plan/);
  });
});
