import assert from "node:assert/strict";
import { planWave } from "../../../planning/plan-wave.ts";
import { estateVm, input, offer, plan, quota } from "../fixtures.ts";
import { one, waive } from "./cases.ts";

describe("concerns", () => {
  it("say nothing about a plain VM", () => {
    assert.deepEqual(planWave(one({})).concerns, []);
  });

  it("change category or are waived by the plan, which keeps the reason", () => {
    const snapshots = { snapshots: [{ id: "1", name: "s" }], tpm: true };
    const reason = "merged by hand on Monday";
    const concerns = { "snapshot.present": { category: "waived", reason }, "vm.tpm": { category: "Critical", reason } };
    const [tpm, snapshot] = planWave(one(snapshots, { concerns })).concerns;
    assert.deepEqual(
      [tpm?.id, tpm?.category, tpm?.overridden, tpm?.original],
      ["vm.tpm", "Critical", reason, "Warning"],
    );
    assert.deepEqual(
      [snapshot?.category, snapshot?.overridden, snapshot?.original],
      ["Information", reason, "Critical"],
    );
    assert.match(snapshot?.assessment ?? "", /\(waived: merged by hand on Monday\)$/);
  });

  it("are changed for all VMs by the wave's defaults, and a VM's own word wins", () => {
    const vms = [estateVm("a", { tpm: true }), estateVm("b", { tpm: true })];
    const off = vms.map((vm) => ({ ...vm, powerState: "poweredOff" as const }));
    const defaults = { concerns: { "vm.tpm": { category: "Information", reason: "keys are exported" } } };
    const own = { a: {}, b: { concerns: { "vm.tpm": { category: "Critical", reason: "BitLocker is on" } } } };
    const { concerns } = planWave(input(off, { plan: plan(own, {}, { defaults }) }));
    assert.deepEqual(
      concerns.map(({ vm, category, overridden }) => [vm, category, overridden]),
      [
        ["b", "Critical", "BitLocker is on"],
        ["a", "Information", "keys are exported"],
      ],
    );
  });

  it("of the wave as a whole are changed by the wave, not by its VMs' defaults", () => {
    const reason = "raised on the day itself";
    const change = { concerns: { "quota.exceeded": { category: "waived", reason } } };
    const given = (wave: object) => {
      const cloud = { quota: quota({ volumes: { limit: 0, used: 0 } }) };
      const vm = estateVm("a", { powerState: "poweredOff" });
      const offers = new Map([["lab", offer(cloud)]]);
      const { concerns } = planWave(input([vm], { plan: plan({ a: {} }, {}, wave), offers }));
      return concerns
        .filter(({ id }) => id === "quota.exceeded")
        .map(({ category, overridden }) => [category, overridden]);
    };
    assert.deepEqual(given(change), [["Information", reason]]);
    assert.deepEqual(given({ defaults: change }), [["Critical", undefined]]);
  });

  it("of a hard rule cannot be waived: without a flavor there is nothing to declare", () => {
    const { file, concerns } = planWave(one({ cpus: 64 }, { concerns: { "flavor.none": waive() } }));
    assert.deepEqual([file.vms.length, concerns[0]?.id, concerns[0]?.category], [0, "flavor.none", "Critical"]);
  });

  it("of a VM that is left out are only told", () => {
    const { concerns } = planWave(one({ cpus: 64, tpm: true }, { exclude: true }));
    assert.deepEqual(
      concerns.map(({ id, category }) => [id, category]),
      [
        ["flavor.none", "Information"],
        ["vm.tpm", "Information"],
      ],
    );
  });

  it("are not looked for in VMs that are absent or accepted", () => {
    for (const phase of ["absent", "accepted"])
      assert.deepEqual(planWave(one({ tpm: true, snapshots: [{ id: "1", name: "s" }] }, { phase })).concerns, []);
  });
});
