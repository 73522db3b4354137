import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parentOf } from "../../../conversion/process-identity.ts";
import { access } from "./tools.ts";

const convert = join(import.meta.dirname, "../../../bin/convert.mjs");

export interface Stage {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
  stderr(): string;
}

export interface StageOptions {
  readonly folder: string;
  readonly datastore: string;
  readonly cloudsYaml: string;
  readonly env?: Record<string, string>;
  readonly settings?: Record<string, unknown>;
  /** Command in front of node, for processes between the test and the launcher. */
  readonly wrapper?: readonly string[];
}

/** Runs `bin/convert.mjs` as Pulumi's Command does: verb, job on stdin, ids in the environment. */
export function startStage(verb: string, job: unknown, options: StageOptions): Stage {
  const { folder } = options;
  const runners = {
    version: 1,
    datastores: { ds: options.datastore },
    storage: { lab: access },
    threads: 2,
    ...options.settings,
  };
  writeFileSync(join(folder, "runners.yaml"), JSON.stringify(runners));
  writeFileSync(join(folder, "clouds.yaml"), options.cloudsYaml);
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    WAVELIFT_RUNNERS: join(folder, "runners.yaml"),
    OS_CLIENT_CONFIG_FILE: join(folder, "clouds.yaml"),
    WAVELIFT_RUN_DIR: join(folder, "run"),
    ...options.env,
  };
  const [command, ...args] = [...(options.wrapper ?? []), process.execPath, convert, verb];
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(job));
  return {
    child,
    pid: child.pid ?? -1,
    stderr: () => stderr,
    ended: new Promise((resolve) => {
      child.on("close", (code, signal) => {
        resolve({ code, signal, stdout, stderr });
      });
    }),
  };
}

interface Process {
  readonly pid: number;
  readonly args: readonly string[];
}

/** Living processes whose arguments hold `text`. */
export function processesWith(text: string): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), args: argumentsOf(Number(pid)) }))
    .filter(({ args }) => args.some((argument) => argument.includes(text)));
}

/** Children of a process, and theirs. */
export function descendants(pid: number): Process[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const direct = all.filter((other) => parentOf(other) === pid);
  return direct.flatMap((child) => [{ pid: child, args: argumentsOf(child) }, ...descendants(child)]);
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** Waits until a condition holds; fails with `what` after a long time. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, seconds = 180): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await sleep(50);
  }
}
