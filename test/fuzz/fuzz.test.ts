import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { z } from "zod";
import fc from "fast-check";
import type { Fuzz } from "./fuzz.ts";

/** WAVELIFT_FUZZ_SEED repeats a run; WAVELIFT_FUZZ_RUNS changes the number of cases of each reader. */
const settings = z
  .object({
    WAVELIFT_FUZZ_SEED: z.coerce.number().int().optional(),
    WAVELIFT_FUZZ_RUNS: z.coerce.number().int().positive().optional(),
  })
  .parse(process.env);

const Module = z.object({
  fuzz: z.custom<Fuzz>((value) => typeof value === "object" && value !== null && "property" in value),
});

const found: Fuzz[] = [];
for (const file of readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".fuzz.ts"))
  .sort())
  found.push(Module.parse(await import(`./${file}`)).fuzz);

describe("readers, whatever is given to them", () => {
  const seed = settings.WAVELIFT_FUZZ_SEED ?? Date.now() % 2 ** 31;

  for (const { name, runs, property } of found) {
    const numRuns = settings.WAVELIFT_FUZZ_RUNS ?? runs;
    it(`${name}: ${numRuns} cases (WAVELIFT_FUZZ_SEED=${seed})`, async () => {
      await fc.assert(property(), { seed, numRuns, endOnFailure: true });
    }).timeout(900_000);
  }

  it("have at least 100,000 cases together, and each reader its own", () => {
    assert.ok(found.reduce((sum, { runs }) => sum + runs, 0) >= 100_000);
    assert.equal(new Set(found.map(({ name }) => name)).size, found.length);
  });
});
