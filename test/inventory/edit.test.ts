import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { addVms } from "../../inventory/edit/add-vms.ts";
import { cutWave } from "../../inventory/edit/cut-wave.ts";
import { wavePlanText } from "../../inventory/wave-plan-text.ts";
import { hostileText } from "../planning/arbitraries.ts";

const example = readFileSync(new URL("../../inventory/plan.example.yaml", import.meta.url), "utf8");
const path = ["waves", "wave1", "vms"];

describe("editing YAML that people wrote", () => {
  it("adds VMs after the last, and leaves every other byte as it is", () => {
    const edited = addVms(example, path, ["web02", "007"], "shared disk\nvms: {}\u2028") ?? "";
    const added = '      # shared disk\\u{a}vms: {}\\u{2028}\n      web02:\n      "007":\n';
    const at = edited.indexOf(added);
    assert.ok(at > 0, edited);
    assert.equal(edited.slice(0, at) + edited.slice(at + added.length), example);
    assert.match(edited.slice(0, at), /hw_vif_model: e1000 }\n$/);
  });

  it("adds VMs to maps written in any way", () => {
    const cases: Record<string, string> = {
      "vms: {}\n": "vms: { b: {} }\n",
      "vms: { a: {} } # why\n": "vms: { a: {}, b: {} } # why\n",
      "vms:\n  a:": "vms:\n  a:\n  # why\n  b:\n",
      "vms:\r\n  a: # c\r\ntarget: t\r\n": "vms:\r\n  a: # c\r\n  # why\r\n  b:\r\ntarget: t\r\n",
      "vms:\n  a:\n    name: |\n      x\n# end\n": "vms:\n  a:\n    name: |\n      x\n  # why\n  b:\n# end\n",
    };
    for (const [text, expected] of Object.entries(cases)) assert.equal(addVms(text, ["vms"], ["b"], "why"), expected);
  });

  it("refuses where it would say something else", () => {
    for (const text of [
      "vms: &all\n  a:\nmore: *all\n", // the alias would get them, too
      "other: {}\n",
      "vms: *nowhere\n",
      "vms: { a: {}, }\n",
      "vms:\n  ? a\n  : {}\n",
      "vms:\n  b: { boot: false }\n", // it is there
      "vms: {",
    ])
      assert.equal(addVms(text, ["vms"], ["b"], "why"), null, text);
  });

  it("cuts a wave out with its comments, and leaves every other byte as it is", () => {
    const cut = cutWave(example, "wave1");
    assert.ok(cut !== null);
    const head = example.slice(0, example.indexOf("waves:"));
    assert.equal(cut.rest, `${head}waves: {}\n`);
    assert.match(cut.body, /^description: the first ten.*\ntarget: prod\nvms:\n {2}db01:\n/);
    assert.match(cut.body, /\n {4}dependsOn: \[db01\] # its server boots when db01 answers\n/);
    assert.match(cut.body, /\n# exclude: \[web01\] {3}leaves a VM out for now: the others go\n$/);
  });

  it("cuts one of several waves, whatever is around it", () => {
    const wave = (name: string) => `  # about ${name}\n  ${name}:\n    target: t # of ${name}\n    vms: {}\n`;
    const text = (names: string[]) => `version: 1\nwaves: # all\n${names.map(wave).join("\n")}# end\nnames: {}\n`;
    const all = ["a", "b", "c"];
    const rests = { a: ["b", "c"], b: ["a", "c"] };
    for (const [name, rest] of Object.entries(rests)) assert.equal(cutWave(text(all), name)?.rest, text(rest));
    const body = (name: string): string => `# about ${name}\ntarget: t # of ${name}\nvms: {}\n`;
    assert.equal(cutWave(text(all), "b")?.body, `${body("b")}\n`);
    assert.equal(cutWave(text(all), "c")?.rest, text(["a", "b"]).replace("# end", "\n# end"));
    assert.equal(cutWave(text(["a"]), "a")?.rest, "version: 1\nwaves: {} # all\n# end\nnames: {}\n");
    assert.equal(cutWave(text(all), "d"), null);
    assert.equal(cutWave("waves: { a: { target: t, vms: {} } }\n", "a"), null);
  });

  it("adds to and cuts any plan that a library wrote, or refuses", () => {
    const key = fc.oneof(fc.stringMatching(/^[a-z0-9-]{1,6}$/), fc.constantFrom("---", "null", "7", "-", "1e3"));
    const vm = fc.option(fc.record({ name: fc.string(), boot: fc.boolean() }, { requiredKeys: [] }), { nil: null });
    const wave = fc.record({
      description: hostileText.map((text) => text.slice(0, 200)),
      target: fc.constant("t"),
      vms: fc.dictionary(key, vm, { maxKeys: 3 }),
    });
    const plan = fc.record({
      version: fc.constant(1),
      waves: fc.dictionary(key, wave, { minKeys: 1, maxKeys: 3 }),
      flavors: wave,
    });
    fc.assert(
      fc.property(plan, key, hostileText, (value, added, why) => {
        const text = stringify(value);
        for (const name of Object.keys(value.waves)) {
          const edited = addVms(text, ["waves", name, "vms"], [added], why);
          const isThere = Object.hasOwn(value.waves[name]?.vms ?? {}, added);
          assert.equal(edited === null, isThere, text.slice(0, 500));
          if (edited !== null) assert.ok(isOneInsertion(text, edited), edited.slice(0, 500));
          const cut = cutWave(text, name);
          if (cut !== null) assert.deepEqual(parse(cut.body), parse(stringify(value.waves[name])));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("writes a new wave whose names are text and whose reasons are comments, whatever stands in them", () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 3 }), hostileText, (reasons, description) => {
        const text = wavePlanText({ description, target: "t", vms: ["null", "7", "a-1", "true", "---"], reasons });
        const value = parse(text, { stringKeys: true }) as Record<string, unknown>;
        assert.deepEqual(Object.keys(value), ["version", "description", "target", "vms"]);
        assert.deepEqual(value["vms"], { "---": null, "7": null, "a-1": null, null: null, true: null });
        assert.doesNotMatch(text, /[^\P{C}\n]/u);
        assert.ok(text.split("\n").filter((line) => line.startsWith("#")).length === reasons.length + 1, text);
      }),
      { numRuns: 60 },
    );
  });
});

/** Whether the edited text is the text with something put in at one place. */
function isOneInsertion(text: string, edited: string): boolean {
  let start = 0;
  while (start < text.length && text[start] === edited[start]) start += 1;
  return edited.endsWith(text.slice(start));
}
