import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { allRules } from "../../../planning/concerns/all-rules.ts";

const folder = new URL("./", import.meta.url);
/** Tests of what all rules have in common. */
const others = ["every-rule.test.ts", "judge.test.ts"];

describe("every rule", () => {
  it("has a test of its own, named after its id", () => {
    const expected = allRules.map(({ id }) => `${id.replaceAll(".", "-")}.test.ts`);
    const found = readdirSync(folder).filter((name) => name.endsWith(".test.ts") && !others.includes(name));
    assert.deepEqual(found.sort(), expected.sort());
    for (const { id } of allRules) {
      const text = readFileSync(new URL(`${id.replaceAll(".", "-")}.test.ts`, folder), "utf8");
      assert.ok(text.includes(`testRule("${id}", [`), id);
    }
  });

  it("has an id, each once, and says why it matters", () => {
    assert.equal(new Set(allRules.map(({ id }) => id)).size, allRules.length);
    for (const { id, why, label } of allRules)
      assert.ok(/^[a-z0-9.-]+$/.test(id) && why.endsWith(".") && label !== "", id);
  });
});
