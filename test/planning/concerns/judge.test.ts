import assert from "node:assert/strict";
import { planWave } from "../../../planning/plan-wave.ts";
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
    assert.deepEqual([tpm?.id, tpm?.category, tpm?.overridden], ["vm.tpm", "Critical", reason]);
    assert.deepEqual([snapshot?.category, snapshot?.overridden], ["Information", reason]);
    assert.match(snapshot?.assessment ?? "", /\(waived: merged by hand on Monday\)$/);
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
