import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { project } from "../../cli/project.ts";
import { FaultsError } from "../../inventory/fault.ts";
import { judgeFacts } from "../../planning/concerns/judge-facts.ts";
import { loadOwnRules } from "../../review/own-rules.ts";
import { estateVm } from "../planning/fixtures.ts";

const rule = (id: string): string =>
  `{ id: "${id}", category: "Warning", label: "Label", why: "Why.", checkFacts: ({ vms }) => vms.map(({ key }) => ({ vm: key, assessment: "${id}" })) }`;

describe("the folder of operators' own rules", () => {
  let inventory: string;
  beforeEach(() => {
    inventory = mkdtempSync(path.join(tmpdir(), "wavelift-rules-"));
    mkdirSync(path.join(inventory, "rules"));
  });
  afterEach(() => {
    rmSync(inventory, { recursive: true, force: true });
  });
  const write = (name: string, text: string): void => {
    writeFileSync(path.join(inventory, "rules", name), text);
  };
  const faults = async (): Promise<string> => {
    try {
      await loadOwnRules(inventory);
    } catch (error) {
      if (error instanceof FaultsError) return error.message;
      throw error;
    }
    return "";
  };

  it("need not be there", async () => {
    rmSync(path.join(inventory, "rules"), { recursive: true });
    assert.deepEqual(await loadOwnRules(inventory), { rules: [], facts: [] });
  });

  it("is loaded by name: TypeScript, modules and CommonJS, and nothing else", async () => {
    write(
      "a.ts",
      `import type { X } from "no-such-package";\nexport const rule = ${rule("own.a")} satisfies object;\n`,
    );
    write("b.mjs", `export const rule = ${rule("own.b")};\n`);
    write("c.js", `exports.rule = ${rule("own.c")};\n`);
    write("README.md", "# Rules");
    write(".hidden.ts", "throw new Error('loaded')");
    write("a.test.ts", "throw new Error('loaded')");
    const { facts, rules } = await loadOwnRules(inventory);
    const found = judgeFacts({ vms: [estateVm("web01")], sources: [] }, new Map(), facts);
    assert.deepEqual(
      found.map(({ id, vm }) => [id, vm]),
      [
        ["own.a", "web01"],
        ["own.b", "web01"],
        ["own.c", "web01"],
      ],
    );
    assert.equal(rules.length, 3);
  });

  it("is loaded when the process takes no stack traces, as a preview does", async () => {
    write("a.ts", `export const rule = ${rule("own.a")} satisfies object;\n`);
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      assert.equal((await loadOwnRules(inventory)).rules.length, 1);
      assert.equal(Error.stackTraceLimit, 0);
    } finally {
      Error.stackTraceLimit = limit;
    }
  });

  it("tells all files that cannot be used, each by name", async () => {
    write("broken.ts", "export const rule = {");
    write("empty.mjs", "export const other = 1;");
    write("throws.mjs", "throw new Error('at load')");
    write("one.mjs", `export const rule = ${rule("own.same")};`);
    write("two.mjs", `export const rule = ${rule("own.same")};`);
    const outside = path.join(inventory, "outside.mjs");
    writeFileSync(outside, "throw new Error('outside was loaded')");
    symlinkSync(outside, path.join(inventory, "rules", "link.mjs"));
    const text = await faults();
    for (const part of [/broken\.ts/, /empty\.mjs: rule/, /throws\.mjs\n {4}is at load/, /two\.mjs\n {4}is own\.same/])
      assert.match(text, part);
    assert.match(text, /link\.mjs\n {4}is a link; expected a plain file/);
    assert.doesNotMatch(text, /outside was loaded|one\.mjs/);
  });

  it("takes the examples of the manual", async () => {
    const manual = readFileSync(path.join(project, "docs", "own-rules.md"), "utf8");
    const examples = [...manual.matchAll(/```ts\n\/\/ inventory\/rules\/(\S+)\n([^]*?)```/g)];
    assert.ok(examples.length >= 2);
    for (const [, name = "", text = ""] of examples) write(name, text);
    const { rules, facts } = await loadOwnRules(inventory);
    assert.equal(rules.length, examples.length);
    const vm = { ...estateVm("web01"), tags: [], powerState: "poweredOn" as const };
    assert.deepEqual(
      judgeFacts({ vms: [vm], sources: [] }, new Map(), facts).map(({ id }) => id),
      ["own.owner-missing"],
    );
  });
});
