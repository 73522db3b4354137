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
 * `lanes`: so many of its files run side by side; else the suite is one run of mocha. The lab's tests mostly wait, so what
 * computes (fuzz) or needs packages (browser) or Go (vcenter) runs beside them.
 */
const suites = [
  {
    name: "unit",
    prepared: false,
    lanes: 0,
    files: ["components", "cli", "review", "inventory", "planning", "cloud", "policy", "lab-unit", "guards"],
  },
  { name: "toolchain", prepared: true, lanes: 0, files: ["toolchain"] },
  { name: "conversion", prepared: true, lanes: 2, files: ["conversion"] },
  { name: "lab", prepared: true, lanes: 3, files: ["kill", "upgrade", "vcenter", "browser", "fuzz", "lab"] },
] as const;

const Counts = z.object({ passes: z.int(), failures: z.int(), pending: z.int() });

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
    return code !== 0 && counts.failures === 0 ? { ...counts, failures: 1 } : counts;
  } catch (error) {
    process.stderr.write(
      `The suite ended without a result: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return { passes: 0, failures: 1, pending: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The suite's files, each on its own, `lanes` at a time. */
function runApart({ files, lanes }: (typeof suites)[number], environment: NodeJS.ProcessEnv): Promise<Counts> {
  const found = files.flatMap((folder) =>
    readdirSync(path.join(project, "test", folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => path.posix.join("test", folder, name))
      .sort(),
  );
  return runInLanes(found, lanes, (file) => {
    process.stdout.write(`-- ${file} has begun\n`);
    return runMocha([file], environment, true);
  });
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such suite: ${unknown.join(", ")}. There are: ${suites.map(({ name }) => name).join(", ")}.\n`,
  );
  process.exit(3);
}

let total = noCounts;
let prepared: Promise<NodeJS.ProcessEnv> | undefined;
for (const suite of suites.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
  process.stdout.write(`\n== ${suite.name}\n`);
  let counts: Counts;
  try {
    const environment = suite.prepared ? await (prepared ??= prepare()) : process.env;
    counts =
      suite.lanes > 0
        ? await runApart(suite, environment)
        : await runMocha(
            suite.files.map((name) => `test/${name}/**/*.test.ts`),
            environment,
          );
  } catch (error) {
    process.stderr.write(`${suite.name} could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    counts = { passes: 0, failures: 1, pending: 0 };
  }
  total = sum(total, counts);
}
process.stdout.write(`\n${total.passes} passed, ${total.failures} failed, ${total.pending} skipped\n`);
process.exitCode = total.failures > 0 ? 1 : 0;
