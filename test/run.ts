import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { project } from "../cli/project.ts";
import { noCounts, runInLanes, sum, type Counts } from "./lanes.ts";
import { prepare } from "./prepare.ts";

/**
 * `npm test [SUITE ...]`: installs what the tests need (toolchain, lab with Ceph and OpenStack, guests), runs every
 * suite, ends with the line `N passed, N failed, N skipped`.
 */

/**
 * In this order: what is cheap to find fails first. `prepared`: toolchain and lab must stand before the suite starts.
 * `lanes`: so many files run side by side; else the suite is one run of mocha. Suites of as many lanes that follow each
 * other share them. The tests against the lab mostly wait, so what computes (fuzz) or needs packages (browser) or Go
 * (vcenter) runs beside them.
 */
const suites = [
  {
    name: "unit",
    prepared: false,
    lanes: 0,
    files: ["components", "cli", "review", "inventory", "planning", "cloud", "policy", "lab-unit", "guards"],
  },
  { name: "toolchain", prepared: true, lanes: 0, files: ["toolchain", "engine"] },
  { name: "conversion", prepared: true, lanes: 3, files: ["conversion"] },
  { name: "lab", prepared: true, lanes: 3, files: ["kill", "upgrade", "vcenter", "browser", "fuzz", "lab"] },
  // What takes the lab from under everybody's feet.
  { name: "alone", prepared: true, lanes: 1, files: ["alone"] },
] as const;

/** They take longest, and so begin first: at the end the other lanes would have nothing left to do. */
const first = [
  "test/conversion/instant.test.ts",
  "test/lab/two-waves.test.ts",
  "test/lab/instant.test.ts",
  "test/kill/kill.test.ts",
];

const Counts = z.object({ passes: z.int(), failures: z.int(), pending: z.int(), failed: z.array(z.string()) });

/** Files that ran on their own, with the seconds they took: where the suite's time goes. */
const took: { file: string; seconds: number }[] = [];

/** Runs node. Its output goes to ours as it comes, or, `apart`, all at once when it has ended: lanes do not mix theirs. */
function runNode(args: readonly string[], environment: NodeJS.ProcessEnv, apart = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdio = apart ? "pipe" : "inherit";
    const child = spawn(process.execPath, args, { cwd: project, stdio: ["ignore", stdio, stdio], env: environment });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => printed.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}

/** Runs test files with mocha. A run that ends without counts (a crash) counts as one failure. */
async function runMocha(patterns: readonly string[], environment: NodeJS.ProcessEnv, apart = false): Promise<Counts> {
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-test-"));
  const file = path.join(folder, "counts.json");
  try {
    const code = await runNode(
      ["node_modules/mocha/bin/mocha.js", "--reporter", "test/reporter.cjs", "--exit", ...patterns],
      { ...environment, WAVELIFT_COUNTS: file },
      apart,
    );
    const counts = Counts.parse(JSON.parse(readFileSync(file, "utf8")));
    if (code === 0 || counts.failures > 0) return counts;
    return { ...counts, failures: 1, failed: [`${patterns.join(" ")}: ended with status ${String(code)}`] };
  } catch (error) {
    process.stderr.write(
      `The suite ended without a result: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return { passes: 0, failures: 1, pending: 0, failed: [`${patterns.join(" ")}: ended without a result`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The test files in these folders, each on its own, `lanes` at a time. */
function runApart(folders: readonly string[], lanes: number, environment: NodeJS.ProcessEnv): Promise<Counts> {
  const found = folders.flatMap((folder) =>
    readdirSync(path.join(project, "test", folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => path.posix.join("test", folder, name))
      .sort(),
  );
  const early = first.filter((file) => found.includes(file));
  const inOrder = [...early, ...found.filter((file) => !early.includes(file))];
  return runInLanes(inOrder, lanes, async (file) => {
    process.stdout.write(`-- ${file} has begun\n`);
    const begun = performance.now();
    const counts = await runMocha([file], environment, true);
    took.push({ file, seconds: (performance.now() - begun) / 1000 });
    return counts;
  });
}

/** Of a long text the start, which says what was expected, and the end, where the cause mostly stands. */
function inShort(text: string, characters: number): string {
  const line = text.replaceAll(/\s*\n\s*/g, " | ");
  const half = Math.max(150, Math.floor(characters / 2));
  return line.length <= 2 * half ? line : `${line.slice(0, half)} [...] ${line.slice(-half)}`;
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such suite: ${unknown.join(", ")}. There are: ${suites.map(({ name }) => name).join(", ")}.\n`,
  );
  process.exit(3);
}

const wanted = suites.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
// Beside the suites that need nothing: packages are fetched and services start while those compute.
const prepared = wanted.some((suite) => suite.prepared) ? prepare() : Promise.resolve(process.env);
prepared.catch(() => undefined); // Told by the first suite that needs it.

/** Suites that run as one: those of as many lanes that follow each other. */
const rounds: (typeof wanted)[] = [];
for (const suite of wanted) {
  const last = rounds.at(-1);
  if (suite.lanes > 0 && last?.[0]?.lanes === suite.lanes) last.push(suite);
  else rounds.push([suite]);
}

let total = noCounts;
for (const round of rounds) {
  const names = round.map(({ name }) => name).join(", ");
  const folders = round.flatMap(({ files }) => [...files]);
  const lanes = Math.max(...round.map((suite) => suite.lanes));
  process.stdout.write(`\n== ${names}\n`);
  let counts: Counts;
  try {
    const environment = round.some((suite) => suite.prepared) ? await prepared : process.env;
    const patterns = folders.map((name) => `test/${name}/**/*.test.ts`);
    counts = lanes > 0 ? await runApart(folders, lanes, environment) : await runMocha(patterns, environment);
  } catch (error) {
    const why = `${names} could not start: ${error instanceof Error ? error.message : String(error)}`;
    process.stderr.write(`${why}\n`);
    counts = { passes: 0, failures: 1, pending: 0, failed: [why] };
  }
  total = sum(total, counts);
}
if (took.length > 0) process.stdout.write("\n== The files that took longest\n");
for (const { file, seconds } of took.sort((a, b) => b.seconds - a.seconds).slice(0, 10))
  process.stdout.write(`${seconds.toFixed(0).padStart(5)} s  ${file}\n`);
// Again at the end: of a long log often only the end is kept.
if (total.failed.length > 0) process.stdout.write("\n== What failed\n");
for (const text of total.failed) process.stdout.write(`- ${inShort(text, 8000 / total.failed.length)}\n`);
process.stdout.write(`\n${total.passes} passed, ${total.failures} failed, ${total.pending} skipped\n`);
process.exitCode = total.failures > 0 ? 1 : 0;
