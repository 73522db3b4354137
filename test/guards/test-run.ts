import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** A failure as mocha's JSON reporter writes it. */
const Failure = z.object({
  title: z.string(),
  fullTitle: z.string(),
  err: z.object({ message: z.string().default(""), stack: z.string().default(""), code: z.string().optional() }),
});
const Title = z.object({ fullTitle: z.string() });
const Result = z.object({ passes: z.array(Title), failures: z.array(Failure) });

/** How a run of mocha ended. */
export type TestRun = z.infer<typeof Result> & {
  /** Why there is no result, or only a part of one: mocha crashed, or took too long. */
  readonly crash: string | null;
};

export interface TestRunOptions {
  /** Folder of the project. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Test file, relative to the folder. */
  readonly test: string;
  /** Parts of full titles: only these tests run. */
  readonly names: readonly string[];
  /** Gets the number of the process group, so that the caller can end it. */
  readonly onStart?: (group: number) => void;
  /** The group is killed after this time. */
  readonly limitMs: number;
}

/** Runs some tests of one file with mocha, in a process group of its own. Never rejects. */
export function runTests(options: TestRunOptions): Promise<TestRun> {
  const { folder, environment, test, names, limitMs } = options;
  const output = path.join(environment["TMPDIR"] ?? folder, "mocha.json");
  rmSync(output, { force: true });
  const grep = names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|");
  const reporter = ["--reporter", "json", "--reporter-option", `output=${output}`];
  const args = ["node_modules/mocha/bin/mocha.js", "--exit", ...reporter];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args, "--grep", grep, test], {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    let stderr = "";
    let tooLong = false;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-4000)));
    const timer = setTimeout(() => {
      tooLong = true;
      if (child.pid !== undefined) killGroup(child.pid);
    }, limitMs);
    const settle = (how: string): void => {
      clearTimeout(timer);
      const crash = tooLong ? `it ran longer than ${Math.round(limitMs / 1000)} s` : how;
      resolve(existsSync(output) ? readResult(output) : { passes: [], failures: [], crash });
    };
    child.once("error", (error) => {
      settle(error.message);
    });
    // Not "close": what a test left behind may hold the pipe.
    child.once("exit", (code, signal) => {
      settle(`mocha ended with ${signal ?? `status ${code ?? "unknown"}`}: ${stderr.trim()}`);
    });
  });
}

function readResult(file: string): TestRun {
  const text = readFileSync(file, "utf8");
  const result = text === "" ? null : Result.safeParse(JSON.parse(text));
  if (result?.success !== true) return { passes: [], failures: [], crash: "mocha wrote no readable result" };
  return { ...result.data, crash: null };
}

/** Kills a process group that this program started. */
export function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // No process of it is left.
  }
}
