import { availableParallelism } from "node:os";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import Table from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { project } from "../../cli/project.ts";
import { exitCodes, reportFailure, UserError } from "../../cli/failure.ts";
import { prepare } from "../prepare.ts";
import { checkNames, checkRules, checkTexts } from "./check-guards.ts";
import type { Guard } from "./guard.ts";
import { GUARANTEES, withTables } from "./guarantees.ts";
import { testEnvironment, needsLab } from "./environment.ts";
import { sourcesOf } from "./project-copy.ts";
import { readGuards } from "./read-guards.ts";
import { tryGuards, type Outcome } from "./try-guards.ts";

/** `npm run test:guards`: takes each guard out, in a copy of the project, and sees the test that names it fail. */

interface Options {
  readonly rule?: number;
  readonly area?: string;
  readonly only?: string;
  readonly jobs: number;
  readonly list: boolean;
  readonly json: boolean;
  readonly prepared: boolean;
  readonly writeDocs: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 on");
  return Number(text);
};

function chosen(guards: readonly Guard[], { rule, area, only }: Options): Guard[] {
  const fits = (guard: Guard): boolean =>
    (rule === undefined || guard.rule === rule) &&
    (area === undefined || guard.area === area) &&
    (only === undefined || [guard.guard, guard.file, guard.test, guard.name].some((text) => text.includes(only)));
  return guards.filter(fits);
}

function summary(outcomes: readonly Outcome[]): string {
  const table = new Table({
    head: ["rule", "guards", "noticed", "not noticed", "broken"],
    style: { head: [], border: [], compact: true },
  });
  const row = (name: string, some: readonly Outcome[]): void => {
    const count = (kind: Outcome["kind"]): number => some.filter((one) => one.kind === kind).length;
    table.push([name, some.length, count("noticed"), count("unnoticed"), count("broken")]);
  };
  for (const rule of [...new Set(outcomes.map(({ guard }) => guard.rule))].sort())
    row(
      String(rule),
      outcomes.filter(({ guard }) => guard.rule === rule),
    );
  row("all", outcomes);
  return table.toString();
}

async function run(options: Options): Promise<number> {
  const { guards: all, faults } = readGuards(path.join(project, "test/guards"));
  if (faults.length > 0) throw new UserError(faults.join("\n"));
  if (options.writeDocs) {
    const page = path.join(project, GUARANTEES);
    writeFileSync(page, withTables(readFileSync(page, "utf8"), all));
    say(`Wrote ${GUARANTEES}: ${all.length} guards.`);
    return exitCodes.done;
  }
  const guards = chosen(all, options);
  if (guards.length === 0) throw new UserError("No guard fits; see --list.");
  if (options.list) {
    const lines = guards.map(
      ({ rule, area, guard, file, test, name }) => `${rule} ${area}: ${guard}\n    ${file}\n    ${test}: ${name}`,
    );
    process.stdout.write(options.json ? `${JSON.stringify(guards, null, 1)}\n` : `${lines.join("\n")}\n`);
    return exitCodes.done;
  }
  say(`Looking at ${guards.length} guards ...`);
  const wrong = [...checkRules(all), ...checkTexts(project, guards), ...(await checkNames(project, guards))];
  if (wrong.length > 0) throw new UserError(wrong.join("\n"), exitCodes.failed);
  const labEnvironment = guards.some(({ test }) => needsLab(test)) && !options.prepared ? await prepare() : process.env;

  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      cancel.abort(new UserError(`Ended by ${signal}; the copies are removed.`, 130));
    });
  let done = 0;
  const outcomes = await tryGuards(guards, options.jobs, {
    project,
    sources: sourcesOf(project),
    environmentOf: (test) => testEnvironment(test, labEnvironment),
    signal: cancel.signal,
    onOutcome: ({ guard, kind, note, seconds }) => {
      done += 1;
      const result = kind === "noticed" ? "noticed" : `${kind === "unnoticed" ? "NOT NOTICED" : "BROKEN"}: ${note}`;
      say(`[${done}/${guards.length}] rule ${guard.rule}, ${guard.guard}: ${result} (${seconds.toFixed(0)} s)`);
      if (kind !== "noticed") say(`    ${guard.where}; ${guard.file}; ${guard.test}: ${guard.name}`);
    },
  });
  process.stdout.write(options.json ? `${JSON.stringify(outcomes, null, 1)}\n` : `${summary(outcomes)}\n`);
  return outcomes.every(({ kind }) => kind === "noticed") ? exitCodes.done : exitCodes.failed;
}

const program = new Command("test:guards")
  .description("takes each guard out, in a copy of the project, and sees the test that names it fail")
  .option("--rule <number>", "only the guards of a rule of docs/guarantees.md", whole)
  .option("--area <name>", "only the guards of test/guards/NAME.yaml")
  .option("--only <text>", "only guards whose sentence, file, test or test's name holds this text")
  .option(
    "--jobs <number>",
    "so many test files side by side",
    whole,
    Math.max(1, Math.floor(availableParallelism() / 4)),
  )
  .option("--list", "show the guards, run nothing", false)
  .option("--json", "print the result (or the list) as JSON", false)
  .option("--prepared", "toolchain and lab stand already and the environment names them", false)
  .option("--write-docs", `write the tables of ${GUARANTEES}, run nothing`, false)
  .addHelpText(
    "after",
    "\nExit codes: 0 every test failed without its guard; 1 not so; 3 wrong input; 130 ended by a signal.",
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.done : exitCodes.wrongInput))
  .action(async (options: Options) => {
    process.exitCode = await run(options);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
