import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { allRules } from "../../../planning/concerns/all-rules.ts";
import { factRules } from "../../../planning/concerns/fact-rules.ts";
import { concernsPage, type Example } from "../../../planning/concerns/page.ts";
import { planWave } from "../../../planning/plan-wave.ts";
import { type Case, testedRules } from "./cases.ts";

/**
 * Writes docs/concerns.md, with the texts that the rules write in their tests. `--check`: only sees whether it is current
 * (exit code 1: it is not). A program of its own, because the tests' files need a mocha that does nothing.
 */
const page = new URL("../../../docs/concerns.md", import.meta.url);

/** The first text of each category and wording that the rule's tests find. */
function examplesOf(id: string, cases: readonly Case[]): Example[] {
  const found = cases
    .filter(({ expected }) => expected.length > 0)
    .flatMap(({ input }) => planWave(input).concerns.filter((concern) => concern.id === id));
  const shapes = new Map<string, Example>();
  for (const { category, original, assessment } of found) {
    // The same text about another number or name is no other example.
    const shape = assessment.replace(/[^a-z ]+/g, "").slice(0, 24);
    if (original === undefined && !shapes.has(shape)) shapes.set(shape, { category, assessment });
  }
  return [...shapes.values()].slice(0, 5);
}

Object.assign(globalThis, { describe: () => undefined });
const folder = new URL("./", import.meta.url);
for (const name of readdirSync(folder).sort()) if (name.endsWith(".test.ts")) await import(new URL(name, folder).href);

const examples = new Map([...testedRules].map(([id, cases]) => [id, examplesOf(id, cases)]));
const text = concernsPage(allRules, new Set(factRules.map(({ id }) => id)), examples);
if (!process.argv.includes("--check")) writeFileSync(page, text);
else if (readFileSync(page, "utf8") !== text) {
  process.stderr.write("docs/concerns.md is not current. Run: npx tsx test/planning/concerns/write-page.ts\n");
  process.exitCode = 1;
}
