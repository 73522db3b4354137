import assert from "node:assert/strict";
import { formatFaults } from "../../inventory/fault.ts";
import { ownRule, type OwnRules } from "../../planning/concerns/own-rule.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { one } from "./concerns/cases.ts";

const about = { id: "own.test", category: "Warning", label: "Test", why: "For this test." };

function loaded(exported: object): OwnRules {
  const result = ownRule("rules/test.ts", exported);
  if ("faults" in result) assert.fail(formatFaults(result.faults));
  return result.own;
}
function faultsOf(exported: unknown): string {
  const result = ownRule("rules/test.ts", exported);
  return "faults" in result ? formatFaults(result.faults) : "";
}
/** What is found on web01 by a rule that returns this. */
function found(returned: unknown, overrides: object = {}): string[] {
  const { rules } = loaded({ ...about, checkFacts: () => returned });
  return planWave({ ...one({}, overrides), rules }).concerns.map(
    ({ id, category, vm, assessment }) => `${id} ${category} ${vm ?? "wave"}: ${assessment}`,
  );
}

describe("an operator's own rule", () => {
  it("finds in a wave and, where it looks at facts alone, in an assessment", () => {
    assert.deepEqual(found([{ vm: "web01", assessment: "no owner" }]), ["own.test Warning web01: no owner"]);
    assert.deepEqual(found([{ vm: null, assessment: "too large", category: "Critical" }]), [
      "own.test Critical wave: too large",
    ]);
    assert.equal(loaded({ ...about, checkFacts: () => [] }).facts.length, 1);
    const { rules, facts } = loaded({ ...about, check: () => [] });
    assert.deepEqual([rules.length, facts.length], [1, 0]);
  });

  it("is changed and waived by the plan like any other", () => {
    const concerns = { "own.test": { category: "waived", reason: "agreed with its owner" } };
    assert.deepEqual(found([{ vm: "web01", assessment: "no owner" }], { concerns }), [
      "own.test Information web01: no owner (waived: agreed with its owner)",
    ]);
  });

  it("prints no control characters of names that it repeats", () => {
    assert.deepEqual(found([{ vm: "web01", assessment: "name \u001b[31m\u202e" }]), [
      "own.test Warning web01: name \\u{1b}[31m\\u{202e}",
    ]);
  });

  it("has failed when it returns something else than findings on these VMs", () => {
    for (const [returned, expected] of [
      [undefined, /returned nothing, expected/],
      [Promise.resolve([]), /expected/],
      [[{ vm: "web01" }], /at 0\.assessment, expected/],
      [[{ vm: "web01", assessment: "x", category: "Fatal" }], /at 0\.category/],
      [[{ vm: "db01", assessment: "x" }], /found something on "db01", which is none of the VMs/],
    ] as const) {
      const [first = "", ...others] = found(returned);
      assert.match(first, /^rule\.failed Critical web01: rule own\.test failed/);
      assert.match(first, expected);
      assert.deepEqual(others, []);
    }
  });

  it("is refused, with all that is wrong, when it is no rule", () => {
    const text = faultsOf({ id: "snapshot.present", category: "Fatal", label: "", why: "x", checkFacts: 7, extra: 1 });
    for (const part of [/own\. and a name/, /rule\.category/, /rule\.label/, /rule\.checkFacts/, /rule\.extra/])
      assert.match(text, part);
    assert.match(faultsOf(undefined), /rules\/test\.ts: rule\n/);
    assert.match(faultsOf({ ...about }), /rule\.check\n/);
  });
});
