import assert from "node:assert/strict";
import { planWave } from "../../../planning/plan-wave.ts";
import { finds, one, silent, testRule, waive } from "./cases.ts";

testRule("vm.firmware-unknown", [
  finds("a firmware that the source does not tell", one({ firmware: null }), ["web01", "Critical", /firmware: efi/]),
  finds("it in a plan that would waive it", one({ firmware: null }, { concerns: { "vm.firmware-unknown": waive() } }), [
    "web01",
    "Critical",
    /BIOS or UEFI/,
  ]),
  silent("one that the plan tells", one({ firmware: null }, { firmware: "bios" })),
]);

describe("a VM of unknown firmware", () => {
  it("is not planned, rather than with a guess", () => {
    assert.deepEqual(planWave(one({ firmware: null })).file.vms, []);
    assert.equal(planWave(one({ firmware: null }, { firmware: "efi" })).file.vms.length, 1);
  });
});
