import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { project } from "../../cli/project.ts";
import { checkNames, checkRules, checkTexts } from "./check-guards.ts";
import type { Guard } from "./guard.ts";
import { GUARANTEES, withTables } from "./guarantees.ts";
import { brokenBy, freeNames, mutate } from "./mutate.ts";
import { parseGuards, readGuards } from "./read-guards.ts";
import { tryGuards, type Outcome } from "./try-guards.ts";

describe("the guards of test/guards/*.yaml", function () {
  this.timeout(120_000);
  const { guards, faults } = readGuards(import.meta.dirname);

  it("are written without a fault", () => {
    assert.deepEqual(faults, []);
  });
  it("stand where they are said to stand, once; without one the file is still a program; every rule has some", () => {
    assert.deepEqual([...checkRules(guards), ...checkTexts(project, guards)], []);
  });
  it("name tests that are there", async () => {
    assert.deepEqual(await checkNames(project, guards), []);
  });
  it("are those of docs/guarantees.md (else: npm run test:guards -- --write-docs)", () => {
    const page = readFileSync(path.join(project, GUARANTEES), "utf8");
    assert.equal(withTables(page, guards), page);
  });
});

describe("reading guards", () => {
  it("tells every fault with file and entry", () => {
    const text = `
- { rule: 10, guard: one, file: ../x.ts, remove: x, test: a.ts, name: n }
- { rule: 1, guard: two, file: x.ts, remove: x, test: a.test.ts, name: n, extra: 1 }
`;
    const { faults, guards } = parseGuards("area.yaml", text);
    assert.deepEqual(guards, []);
    assert.match(
      faults.join("\n"),
      /area\.yaml, entry 1 \(one\): rule: [^]*entry 1 \(one\): file: [^]*entry 1 \(one\): test:/,
    );
    assert.match(faults.join("\n"), /area\.yaml, entry 2 \(two\): .*extra/);
    assert.match(parseGuards("area.yaml", "a: [").faults.join(), /^area\.yaml: /);
    assert.match(parseGuards("area.yaml", "a: 1").faults.join(), /expected a list/);
  });
});

describe("taking a guard out of a text", () => {
  it("wants it there once", () => {
    assert.deepEqual(mutate("a; b; a", "a", ""), { fault: "its text occurs 2 times, expected once" });
    assert.deepEqual(mutate("a", "c", ""), { fault: "its text occurs 0 times, expected once" });
    assert.deepEqual(mutate("a", "a", "a"), { fault: "it is replaced by itself" });
  });
  it("takes $ for what it is, and finds several lines at any indentation", () => {
    assert.deepEqual(mutate("f(x)", "x", "$&"), { text: "f($&)" });
    assert.deepEqual(mutate("{\n    if (x)\n      y();\n}", "if (x)\n  y();", "if (z)\n  y();"), {
      text: "{\n    if (z)\n      y();\n}",
    });
  });
  it("sees what is no program any more", () => {
    const before = "const a: number = 1;\nexport const b = a;\n";
    const known = freeNames("x.ts", before);
    assert.equal(brokenBy(known, "x.ts", "export const b = 2;\n"), null);
    assert.match(brokenBy(known, "x.ts", "export const b = a;\n") ?? "", /nothing declares a any more/);
    assert.match(brokenBy(known, "x.ts", "export const b = {;\n") ?? "", /does not parse/);
    assert.equal(brokenBy(freeNames("x.yaml", "a"), "x.yaml", "{"), null);
  });
});

describe("trying guards", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-tried-"));
    mkdirSync(path.join(folder, "test"));
    symlinkSync(path.join(project, "node_modules"), path.join(folder, "node_modules"));
    const write = (file: string, text: string): void => {
      writeFileSync(path.join(folder, file), text);
    };
    write("package.json", '{ "type": "module" }');
    write(
      "divide.js",
      'export function divide(a, b) {\n  if (b === 0) throw new Error("zero");\n  const c = a;\n  return c / b;\n}\n',
    );
    const test = `import assert from "node:assert/strict";
import { divide } from "../divide.js";
describe("divide", () => {
  it("refuses zero", () => { assert.throws(() => divide(1, 0), /zero/); });
  it("divides", () => { assert.equal(divide(4, 2), 2); });
  it("is wrong", () => { assert.equal(divide(4, 2), 3); });
});
describe("hooks", () => {
  before(() => { assert.throws(() => divide(1, 0), /zero/); });
  it("shows nothing", () => undefined);
});
`;
    write("test/divide.test.js", test);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function tried(change: Partial<Guard>): Promise<Outcome | undefined> {
    const guard: Guard = {
      rule: 1,
      guard: "no division by zero",
      file: "divide.js",
      remove: 'if (b === 0) throw new Error("zero");',
      with: "",
      test: "test/divide.test.js",
      name: "refuses zero",
      area: "a",
      where: "w",
      ...change,
    };
    const [outcome] = await tryGuards([guard], 1, {
      project: folder,
      sources: ["package.json", "divide.js", "test/divide.test.js"],
      environmentOf: () => process.env,
      onOutcome: () => undefined,
      signal: new AbortController().signal,
    });
    return outcome;
  }

  const cases: readonly (readonly [string, Partial<Guard>, Outcome["kind"], RegExp])[] = [
    ["a test that fails without the guard has noticed it", {}, "noticed", /Missing expected exception/],
    ["a test that passes has not", { name: "divides" }, "unnoticed", /1 test\(s\) passed/],
    ["a name that no test has shows nothing", { name: "none" }, "broken", /no test has this name/],
    ["a test that fails anyway shows nothing", { name: "is wrong" }, "broken", /although nothing was taken out/],
    ["a text that is not there shows nothing", { remove: "elsewhere" }, "broken", /occurs 0 times/],
    ["a hook that fails shows nothing", { name: "shows nothing" }, "broken", /no test failed/],
    [
      "a program that cannot run shows nothing",
      { remove: "const c = a;", name: "divides" },
      "broken",
      /c is not defined/,
    ],
    ["a file that does not parse shows nothing", { with: "{" }, "broken", /mocha ended with/],
  ];
  for (const [what, change, kind, note] of cases)
    it(what, async () => {
      const outcome = await tried(change);
      assert.equal(outcome?.kind, kind, outcome?.note);
      assert.match(outcome.note, note);
      assert.match(
        readFileSync(path.join(folder, "divide.js"), "utf8"),
        /b === 0/,
        "the project itself is never touched",
      );
    });
});
