import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { RULES, type Guard } from "./guard.ts";
import { brokenBy, freeNames, mutate } from "./mutate.ts";

/** What is wrong with guards without running anything: their text in the source. */
export function checkTexts(project: string, guards: readonly Guard[]): string[] {
  return [...new Set(guards.map(({ file }) => file))].flatMap((file) => {
    const here = guards.filter((guard) => guard.file === file);
    if (!existsSync(path.join(project, file))) return here.map(({ where }) => `${where}: there is no ${file}`);
    const before = readFileSync(path.join(project, file), "utf8");
    const known = freeNames(file, before);
    return here.flatMap(({ where, remove, with: instead }) => {
      const mutated = mutate(before, remove, instead);
      if ("fault" in mutated) return [`${where}: in ${file} ${mutated.fault}`];
      const broken = brokenBy(known, file, mutated.text);
      return broken === null ? [] : [`${where}: without it ${file} is no program: ${broken}`];
    });
  });
}

/** Sees that each rule has a guard. */
export function checkRules(guards: readonly Guard[]): string[] {
  const bare = RULES.filter((rule) => !guards.some((guard) => guard.rule === rule));
  return bare.map((rule) => `rule ${rule} has no guard`);
}

const Titles = z.object({ tests: z.array(z.object({ fullTitle: z.string(), file: z.string() })) });

/** Sees that each guard's test exists: mocha lists the titles of the files without running them. */
export async function checkNames(project: string, guards: readonly Guard[]): Promise<string[]> {
  const missing = guards.filter(({ test }) => !existsSync(path.join(project, test)));
  const there = guards.filter((guard) => !missing.includes(guard));
  const titles = await titlesOf(project, [...new Set(there.map(({ test }) => test))]);
  return [
    ...missing.map(({ where, test }) => `${where}: there is no ${test}`),
    ...there
      .filter(({ test, name }) => !titles.some((one) => one.file === test && one.fullTitle.includes(name)))
      .map(({ where, test, name }) => `${where}: no test of ${test} is called ${JSON.stringify(name)}`),
  ];
}

async function titlesOf(project: string, tests: readonly string[]): Promise<z.infer<typeof Titles>["tests"]> {
  if (tests.length === 0) return [];
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-titles-"));
  const output = path.join(folder, "titles.json");
  try {
    const reporter = ["--reporter", "json", "--reporter-option", `output=${output}`];
    await execa("node", ["node_modules/mocha/bin/mocha.js", "--dry-run", "--exit", ...reporter, ...tests], {
      cwd: project,
    });
    const { tests: found } = Titles.parse(JSON.parse(readFileSync(output, "utf8")));
    return found.map(({ fullTitle, file }) => ({ fullTitle, file: path.relative(project, file) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
