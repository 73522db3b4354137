import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { project } from "../cli/project.ts";
import { labEnvironment, labRunners } from "../lab/demo/environment.ts";
import { demandMachine } from "../lab/facts.ts";
import { labPaths } from "../lab/paths.ts";
import { ensureToolchain } from "../toolchain/ensure.ts";

/**
 * `npm test [SUITE ...]`: installs what the tests need (toolchain, lab with Ceph and OpenStack, guests), runs every
 * suite, ends with the line `N passed, N failed, N skipped`.
 */

/** In this order: what is cheap to find fails first. `prepared`: toolchain and lab must stand before the suite starts. */
const suites = [
  {
    name: "unit",
    prepared: false,
    files: ["components", "cli", "review", "inventory", "planning", "cloud", "policy", "lab-unit"],
  },
  { name: "toolchain", prepared: true, files: ["toolchain"] },
  { name: "conversion", prepared: true, files: ["conversion"] },
  { name: "lab", prepared: true, files: ["lab"] },
] as const;

const Counts = z.object({ passes: z.int(), failures: z.int(), pending: z.int() });
type Counts = z.infer<typeof Counts>;

function runNode(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: project,
      stdio: ["ignore", "inherit", "inherit"],
      env: environment,
    });
    child.once("error", reject);
    child.once("close", (code) => {
      resolve(code ?? 1);
    });
  });
}

/** Runs the test files below test/FOLDER. A suite that ends without counts (a crash) counts as one failure. */
async function runSuite(folders: readonly string[], environment: NodeJS.ProcessEnv): Promise<Counts> {
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-test-"));
  const file = path.join(folder, "counts.json");
  const patterns = folders.map((name) => `test/${name}/**/*.test.ts`);
  try {
    const code = await runNode(
      ["node_modules/mocha/bin/mocha.js", "--reporter", "test/reporter.cjs", "--exit", ...patterns],
      { ...environment, WAVELIFT_COUNTS: file },
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

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such suite: ${unknown.join(", ")}. There are: ${suites.map(({ name }) => name).join(", ")}.\n`,
  );
  process.exit(3);
}

const paths = labPaths(process.env);

/** Toolchain and lab side by side: the one computes while the other waits for packages. @throws when one fails. */
async function prepare(): Promise<NodeJS.ProcessEnv> {
  await demandMachine(paths);
  const labUp = async (): Promise<void> => {
    if ((await runNode(["bin/setup.mjs", "lab/main.ts", "up", "--guests"], process.env)) !== 0)
      throw new Error("the lab did not come up");
    writeFileSync(path.join(paths.home, "runners.yaml"), labRunners(paths));
  };
  const [toolchain] = await Promise.all([ensureToolchain(), labUp()]);
  return { ...process.env, ...toolchain.env, ...labEnvironment(paths) };
}

const total = { passes: 0, failures: 0, pending: 0 };
let prepared: Promise<NodeJS.ProcessEnv> | undefined;
for (const suite of suites.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
  process.stdout.write(`\n== ${suite.name}\n`);
  let counts: Counts;
  try {
    counts = await runSuite(suite.files, suite.prepared ? await (prepared ??= prepare()) : process.env);
  } catch (error) {
    process.stderr.write(`${suite.name} could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    counts = { passes: 0, failures: 1, pending: 0 };
  }
  total.passes += counts.passes;
  total.failures += counts.failures;
  total.pending += counts.pending;
}
process.stdout.write(`\n${total.passes} passed, ${total.failures} failed, ${total.pending} skipped\n`);
process.exitCode = total.failures > 0 ? 1 : 0;
