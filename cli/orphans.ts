import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parentOf, startTicks } from "../conversion/process-identity.ts";

/** Environment that a run of ours hands to its engine, and the engine to its plugins: backend and stack, and who we are. */
const RUN = "WAVELIFT_RUN";
const COMMAND = "WAVELIFT_COMMAND";

/** The environment that marks the processes of a stack's run. */
export function runMark(stack: string, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return { [RUN]: runName(stack, env), [COMMAND]: `${process.pid}:${startTicks(process.pid) ?? ""}` };
}

const runName = (stack: string, env: NodeJS.ProcessEnv): string => `${env["PULUMI_BACKEND_URL"] ?? ""}#${stack}`;

/** A process with a run's mark. */
export interface RunProcess {
  readonly pid: number;
  readonly args: readonly string[];
  /** Whether the `wavelift` that started the run lives. */
  readonly commanded: boolean;
  /** Numbers of its parent, the parent's parent, and so on, as far as they live. */
  readonly ancestors: readonly number[];
}

/** What is left of runs that were killed. */
export interface Orphans {
  /** Engines whose `wavelift` is gone: they were told to end in order by its death. */
  readonly engines: readonly number[];
  /** Plugins, language hosts and programs whose engine is gone: they could go on with a request that was under way. */
  readonly rest: readonly RunProcess[];
}

const nameOf = ({ args }: RunProcess): string => path.basename(args[0] ?? "");
const isEngine = (one: RunProcess): boolean => nameOf(one) === "pulumi";
/** Launchers see the death of their engine by themselves, and end the conversion program in order. */
const isLauncher = ({ args }: RunProcess): boolean => args[1]?.endsWith("bin/convert.mjs") === true;

/** Which processes of a stack's run stand alone. */
export function orphansOf(processes: readonly RunProcess[]): Orphans {
  const engines = processes.filter(isEngine);
  const living = new Set(engines.map(({ pid }) => pid));
  return {
    engines: engines.filter(({ commanded }) => !commanded).map(({ pid }) => pid),
    rest: processes.filter(
      (one) => !isEngine(one) && !isLauncher(one) && !one.ancestors.some((ancestor) => living.has(ancestor)),
    ),
  };
}

/** An engine that ends in order waits for the requests that are under way. */
const ENGINE_SECONDS = 120;
const POLL_MS = 200;

/**
 * Before a stack's run: waits for an engine whose `wavelift` was killed, and ends what a killed engine has left. Pulumi's
 * plugins outlive their engine by minutes, and one that was about to make a server would make it beside this run's.
 * Only on this host, and only what this user started through `wavelift`.
 * @returns whether there was anything
 */
export async function endOrphans(stack: string, say: (line: string) => void, env = process.env): Promise<boolean> {
  const start = Date.now();
  let told = false;
  let found = false;
  for (;;) {
    const { engines, rest } = readOrphans(stack, env);
    for (const { pid } of rest) kill(pid);
    if (rest.length > 0)
      say(`Stack ${stack}: ended what a killed run had left: ${[...new Set(rest.map(nameOf))].sort().join(", ")}.`);
    if (engines.length === 0 && rest.length === 0) return found;
    found = true;
    if (Date.now() - start > ENGINE_SECONDS * 1000) return found;
    if (engines.length > 0 && !told)
      say(`Stack ${stack}: a run whose wavelift is gone is still ending (pulumi, pid ${engines.join(", ")}): waiting.`);
    told = told || engines.length > 0;
    await sleep(POLL_MS);
  }
}

function readOrphans(stack: string, env: NodeJS.ProcessEnv): Orphans {
  const wanted = `${RUN}=${runName(stack, env)}`;
  const processes: RunProcess[] = [];
  for (const name of list("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const pid = Number(name);
    const environment = read(name, "environ");
    if (pid === process.pid || !environment.includes(wanted) || startTicks(pid) === null) continue;
    const [command = "", ticks] =
      environment
        .find((entry) => entry.startsWith(`${COMMAND}=`))
        ?.slice(COMMAND.length + 1)
        .split(":") ?? [];
    const commanded = startTicks(Number(command)) === ticks;
    processes.push({ pid, args: read(name, "cmdline"), commanded, ancestors: ancestorsOf(pid) });
  }
  return orphansOf(processes);
}

function ancestorsOf(pid: number): number[] {
  const parent = parentOf(pid);
  return parent === null || parent <= 1 ? [] : [parent, ...ancestorsOf(parent)];
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Empty for a process that is gone or another user's. */
function read(pid: string, file: "cmdline" | "environ"): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
