import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { checkText } from "../../inventory/checked-file.ts";
import { formatFaults } from "../../inventory/fault.ts";
import { mergePlan, planHeadKind } from "../../inventory/plan-file.ts";

const golden = (name: string): string => readFileSync(new URL(`golden/${name}`, import.meta.url), "utf8");
const check = (file: string, text: string) => mergePlan(checkText(file, text, planHeadKind), [], []);
const faultsOf = (text: string) => check("plan.yaml", text).faults;
const only = (text: string) => {
  const faults = faultsOf(text);
  assert.equal(faults.length, 1, formatFaults(faults));
  const [fault] = faults;
  assert.ok(fault);
  return fault;
};

describe("faults of a plan", () => {
  for (const name of ["bad-plan", "bad-references"]) {
    it(`tells all of ${name}.yaml at once, with line, VM, path, value, expectation and advice`, () => {
      const { faults, value } = check(`${name}.yaml`, golden(`${name}.yaml`));
      assert.equal(`${formatFaults(faults)}\n`, golden(`${name}.txt`));
      assert.equal(name === "bad-plan", value === null);
    });
  }

  it("names both lines of duplicate keys, also inside a VM", () => {
    const faults = faultsOf(
      "version: 1\ntargets: {}\nversion: 1\nwaves:\n  w:\n    target: t\n    target: u\n    vms: {}\n",
    );
    assert.deepEqual(
      faults.map(({ line, expected }) => [line, expected]),
      [
        [3, "each key once in a map"],
        [7, "each key once in a map"],
      ],
    );
  });

  it("tells of a rule that Neutron reads as another one of its group: it would be refused in the middle of up", () => {
    const plan = (rules: string[]) =>
      `version: 1\ntargets: {}\nwaves: {}\nsecurityGroups:\n  web:\n    rules:\n${rules.map((rule) => `      - { direction: ingress${rule} }\n`).join("")}`;
    for (const [one, other] of [
      [", protocol: tcp, ports: 22", ', protocol: tcp, ports: "22-22"'],
      ["", ", remoteCidr: 0.0.0.0/0"],
      [", ethertype: IPv6", ', ethertype: IPv6, remoteCidr: "::/0"'],
    ] as const) {
      const { line, path, expected } = only(plan([one, ", protocol: icmp", other]));
      assert.deepEqual([line, path], [9, "securityGroups.web.rules.2"]);
      assert.match(expected, /something else than rule 0/);
    }
    assert.deepEqual(faultsOf(plan(["", ", ethertype: IPv6", ", remoteCidr: 10.0.0.0/8", ", protocol: tcp"])), []);
  });

  it("says that a tab does not indent", () => {
    const { line, advice } = only("version: 1\nwaves:\n\tw: {}\n");
    assert.deepEqual([line, advice], [3, "replace the tab by spaces"]);
  });

  it("says which versions are known, and judges nothing else of another version", () => {
    assert.deepEqual(only("waves: 1\nversion: 2\n"), {
      file: "plan.yaml",
      line: 2,
      vm: null,
      path: "version",
      value: "2",
      expected: "1, the only version that this wavelift knows",
      advice: "use the wavelift that wrote it, or a newer one",
    });
    assert.equal(only("version: one\n").advice, "write version: 1");
  });

  it("refuses an alias bomb before it is blown up", () => {
    const layers = Array.from("bcdefghij").map((name, index) => {
      const below = "abcdefghi".charAt(index);
      return `${name}: &${name} [${Array<string>(9).fill(`*${below}`).join(", ")}]`;
    });
    const { expected } = only(["a: &a [x, x, x, x, x, x, x, x, x]", ...layers].join("\n"));
    assert.match(expected, /aliases/);
  });

  it("survives an alias that contains itself, and a value that does not end in nesting", () => {
    assert.ok(faultsOf("version: 1\ntargets: &x\n  a: *x\nwaves: {}\n").length > 0);
    const nested = faultsOf(`version: ${"[".repeat(20_000)}`);
    assert.ok(nested.length > 0 && nested.length <= 10);
  });

  it("refuses tags and a second document", () => {
    assert.equal(only("a: !!js/function x\n").expected, "plain YAML without tags");
    assert.equal(only("a: 1\n---\nb: 1\n").expected, "one document");
  });

  it("finds the line of a value that an alias repeats, where it is written", () => {
    const text = [
      "version: 1",
      "targets: { t: { cloud: c } }",
      "waves:",
      "  w:",
      "    target: t",
      "    vms:",
      "      a: &shared",
      "        phase: soon",
      "      b: *shared",
    ].join("\n");
    assert.deepEqual(
      faultsOf(text).map(({ vm, line }) => [vm, line]),
      [
        ["a", 8],
        ["b", 8],
      ],
    );
  });

  it("never throws, and never shows a control character, whatever the text", () => {
    const yamlish = fc.array(
      fc.constantFrom(
        "version: 1",
        "\n",
        "  ",
        "waves:",
        "a:",
        "[",
        "{",
        "&x ",
        "*x",
        "\u202e",
        "\u001b[2J",
        "'",
        '"',
        "\t",
        "- ",
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          yamlish.map((parts) => parts.join("")),
        ),
        (text) => {
          const shown = formatFaults(faultsOf(text));
          assert.doesNotMatch(shown.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
