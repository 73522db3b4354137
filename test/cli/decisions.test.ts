import assert from "node:assert/strict";
import fc from "fast-check";
import { decisionTable } from "../../cli/decisions.ts";
import { toSortedJson } from "../../inventory/json.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { planInputs } from "../planning/arbitraries.ts";
import { disk, estateVm, input } from "../planning/fixtures.ts";

const HOSTILE = "a\u009b2J\u202eb\u2028";

describe("the decisions on the terminal", () => {
  it("show a label that would steer it, escaped", () => {
    const { file } = planWave(input([estateVm("web01", { disks: [disk(2000, { label: HOSTILE })] })]));
    assert.match(decisionTable(file), /a\\u\{9b\}2J\\u\{202e\}b/);
    assert.doesNotMatch(decisionTable(file), /[\u009b\u202e]/);
    assert.match(toSortedJson(file), /"a\\u009b2J\\u202eb\\u2028"/);
  });

  it("hold nothing of a source's names that steers it, as a table and as JSON", () => {
    fc.assert(
      fc.property(planInputs, (input) => {
        const { file, concerns } = planWave(input);
        for (const text of [decisionTable(file), toSortedJson({ file, concerns })])
          assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{C}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 60 },
    );
  });

  it("say the same as JSON as what was written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.deepEqual(JSON.parse(toSortedJson({ text, [text]: 1 })), { text, [text]: 1 });
      }),
      { numRuns: 1000 },
    );
  });
});
