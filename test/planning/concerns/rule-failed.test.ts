import assert from "node:assert/strict";
import type { Rule } from "../../../planning/concerns/rule.ts";
import { judgeFacts } from "../../../planning/concerns/judge-facts.ts";
import { planWave } from "../../../planning/plan-wave.ts";
import { estateVm } from "../fixtures.ts";
import { finds, several, silent, testRule } from "./cases.ts";

const vms = several({ a: {}, b: { name: "trouble" }, c: {} });

/** Finds every VM, and stumbles over one. */
const stumbles: Rule = {
  id: "own.stumbles",
  category: "Warning",
  label: "Stumbles",
  why: "For this test.",
  check: ({ checked }) =>
    checked.map(({ key, facts }) => {
      if (facts.name === "trouble") throw new Error("no such\nthing");
      return { vm: key, assessment: "found" };
    }),
};
const breaks: Rule = {
  ...stumbles,
  id: "breaks.always",
  check: ({ checked }) => {
    if (checked.length > 1) throw new Error("too many");
    return [];
  },
};

testRule("rule.failed", [
  finds("the VM that a rule stumbles over", { ...vms, rules: [stumbles] }, [
    "b",
    "Critical",
    /rule own\.stumbles failed \(no such\\u\{a\}thing\): correct it, or take it out/,
  ]),
  finds("a rule that fails with no one VM", { ...vms, rules: [breaks] }, [
    null,
    "Critical",
    /rule breaks\.always failed \(too many\): this is a fault of Wavelift/,
  ]),
  silent("rules that do not", vms),
]);

describe("a rule that stumbles", () => {
  it("hides neither what it finds on the other VMs, nor what the other rules find", () => {
    const { concerns } = planWave({ ...several({ a: { tpm: true }, b: { name: "trouble" } }), rules: [stumbles] });
    assert.deepEqual(
      concerns.map(({ id, vm }) => [id, vm]),
      [
        ["rule.failed", "b"],
        ["own.stumbles", "a"],
        ["vm.tpm", "a"],
      ],
    );
  });

  it("does not end an assessment of facts alone", () => {
    const checkFacts = () => {
      throw new Error("always");
    };
    const view = { vms: [estateVm("a"), estateVm("b")], sources: [] };
    assert.deepEqual(
      judgeFacts(view, new Map(), [{ id: "own.fails", category: "Warning", label: "x", why: "x.", checkFacts }]).map(
        ({ id, vm }) => [id, vm],
      ),
      [
        ["rule.failed", "a"],
        ["rule.failed", "b"],
      ],
    );
  });
});
