import assert from "node:assert/strict";
import { planWave } from "../../planning/plan-wave.ts";
import { formatConcerns } from "../../review/show.ts";
import { one } from "../planning/concerns/cases.ts";

const linesOf = (overrides: object): string[] =>
  formatConcerns(planWave(one({ tpm: true }, overrides)).concerns).map((line) => line.replace(/export.*?cloud/, "..."));
const change = (category: string, reason: string) => ({ concerns: { "vm.tpm": { category, reason } } });

describe("a concern as it is printed", () => {
  it("says what the plan made of it, and why, once", () => {
    const plain = "web01: Contents of the vTPM do not move [vm.tpm]: the VM has a vTPM: ...";
    assert.deepEqual(linesOf({}), [plain]);
    assert.deepEqual(linesOf(change("Critical", "BitLocker is on")), [`${plain} (plan: was Warning: BitLocker is on)`]);
    assert.deepEqual(linesOf(change("waived", "keys are exported")), [`${plain} (waived: keys are exported)`]);
    assert.deepEqual(linesOf({ exclude: true }), [`${plain} (plan: was Warning: left out of the wave (exclude))`]);
  });

  it("keeps its line, whatever the reason holds", () => {
    const [line = ""] = linesOf(change("Critical", "one\ntwo \u001b[2J"));
    assert.match(line, /was Warning: one\\u\{a\}two \\u\{1b\}\[2J\)$/);
  });
});
