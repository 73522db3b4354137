import { spawnSync } from "node:child_process";

/**
 * One byte: too few for a core file, and, unlike zero, also no core for a program that core_pattern names after a `|`.
 * Such a program gets every core whatever the limit, except at 1, by which the kernel knows a crash of that program
 * itself (do_coredump in fs/coredump.c; tried on Linux 6.18: with 0 the program got 450 KB, with 1 nothing).
 */
const CORE_BYTES = 1;

/** Options of node that write its memory to files: a snapshot of the heap holds every password. */
const WRITES_MEMORY = /^--heapsnapshot[-_]/;

/** Which of node's options (those of its command line, and NODE_OPTIONS) write the memory to files. */
export function memoryWritingOptions(execArgv: readonly string[], nodeOptions: string): string[] {
  return [...execArgv, ...nodeOptions.split(/\s+/)].filter((option) => WRITES_MEMORY.test(option));
}

/**
 * Sees to it that what is in the memory of this process (credentials) stays there: no core file, of this process and of
 * all that it starts, and no report of node, which holds the environment. Called first, before any secret is read.
 * @throws {Error} for a person: when the limit cannot be set, or an option of node writes the memory to files
 */
export function keepMemoryPrivate(env: Readonly<Record<string, string | undefined>> = process.env): void {
  const options = memoryWritingOptions(process.execArgv, env["NODE_OPTIONS"] ?? "");
  if (options.length > 0)
    throw new Error(
      `${options.join(" ")} makes node write its memory, with passwords, to files: take it out of NODE_OPTIONS.`,
    );
  process.report.reportOnFatalError = false;
  process.report.reportOnSignal = false;
  process.report.reportOnUncaughtException = false;
  if (process.platform !== "linux") return;
  const limit = `--core=${CORE_BYTES}:${CORE_BYTES}`;
  const { error, status, stderr } = spawnSync("prlimit", ["--pid", String(process.pid), limit], { encoding: "utf8" });
  if (status === 0) return;
  throw new Error(
    `core files, which would hold passwords, cannot be forbidden: prlimit (util-linux) said ${error?.message ?? stderr.trim()}.`,
  );
}
