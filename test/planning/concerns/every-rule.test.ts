import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { allRules } from "../../../planning/concerns/all-rules.ts";
import { forkliftRules } from "../../../planning/concerns/forklift.ts";

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

  it("is on the reference page, with the texts of its tests", async function () {
    this.timeout(60_000);
    const script = new URL("write-page.ts", folder).pathname;
    const { exitCode, stderr } = await execa(process.execPath, ["--import", "tsx", script, "--check"], {
      reject: false,
    });
    assert.equal(exitCode, 0, stderr);
  });

  it("is there where the reference page names it beside Forklift's", () => {
    const known = new Set(allRules.map(({ id }) => id));
    const named = forkliftRules.flatMap(([, ours]) => ours);
    assert.deepEqual(
      named.filter((id) => !known.has(id)),
      [],
    );
    for (const [theirs, ours, note] of forkliftRules) assert.ok(ours.length > 0 || note !== "", theirs);
  });

  it("has an id, each once, and says why it matters", () => {
    assert.equal(new Set(allRules.map(({ id }) => id)).size, allRules.length);
    for (const { id, why, label } of allRules)
      assert.ok(/^[a-z0-9.-]+$/.test(id) && why.endsWith(".") && label !== "", id);
  });
});
