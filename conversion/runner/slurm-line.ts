import { spawn } from "node:child_process";
import { lineSplitter } from "../lines.ts";
import { HELLO } from "../order.ts";
import { greeting } from "./slurm-command.ts";
import type { SlurmEnd } from "./slurm-fault.ts";

/** How long nothing may be heard. */
export interface SlurmPatience {
  readonly silenceSeconds: number;
  /** From the allocation to the program's hello: the program may have to be sent. */
  readonly helloSeconds: number;
}

/**
 * As with ssh: more than the 15 s after which the program ends itself and the 4 s that it takes for that. Slurm notices a dead
 * node by itself after SlurmdTimeout, five minutes by default.
 */
const PATIENCE: SlurmPatience = { silenceSeconds: 30, helloSeconds: 90 };
const KEPT_CHARACTERS = 1 << 16;
/** After a SIGTERM, which makes srun end its job. */
const TERM_MS = 3000;

/** What a line tells while it stands. */
export interface SlurmEvents {
  /** Slurm has a job for it, which may wait still. */
  onJob(job: string): void;
  /** The job runs, on this node. */
  onStart(node: string): void;
  /** The node has not got the program and waits for it. @param nodeVersion of node there */
  onMissing(nodeVersion: string): void;
  /** The program starts: it takes its order. */
  onReady(): void;
  /** Standard error of the program. */
  onStderr(text: string): void;
}

/** One srun. */
export interface SlurmLine {
  readonly ended: Promise<SlurmEnd>;
  write(data: string | Buffer): void;
  /** Closes the program's standard input; a job that waits still is cancelled. */
  hangUp(): void;
  /** Ends srun, which ends its job; by force where it does not obey. */
  kill(): void;
}

/**
 * Starts srun, in a process group of its own, so that a terminal's Ctrl-C does not end the job before the program was told.
 * Should this process die, the kernel tells srun to end: a job of nobody must not wait in the queue, and nothing must write.
 */
export function openSlurmLine(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  events: SlurmEvents,
  patience = PATIENCE,
): SlurmLine {
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "--", "srun", ...args], {
    detached: true,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  const slurmSaid: string[] = [];
  let state: "waits" | "starts" | "runs" = "waits";
  let silentSeconds: number | null = null;
  let lastSign = Date.now();
  let job: string | null = null;
  let node: string | null = null;
  const setJob = (id: string): void => {
    if (job !== null) return;
    job = id;
    events.onJob(id);
  };
  const kill = (): void => {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), TERM_MS).unref();
  };
  const watch = setInterval(() => {
    const limit = state === "runs" ? patience.silenceSeconds : patience.helloSeconds;
    if (state === "waits" || silentSeconds !== null || Date.now() - lastSign < limit * 1000) return;
    silentSeconds = limit;
    kill();
  }, 1000);
  /** Until the program's hello: lines of the script that starts it. */
  const readScript = (line: string): void => {
    if (line.startsWith(greeting.started)) {
      const [id = "", name = ""] = line.slice(greeting.started.length + 1).split(" ");
      setJob(id);
      node = name;
      events.onStart(name);
    } else if (line.startsWith(greeting.missing)) events.onMissing(line.slice(greeting.missing.length + 1));
    else if (line === greeting.ready) events.onReady();
    else if (line === HELLO) state = "runs";
  };
  const script = lineSplitter(readScript);
  const errors = lineSplitter((line) => {
    if (!/^(srun|slurmstepd\S*): /.test(line)) {
      if (state === "runs") events.onStderr(`${line}\n`);
      else slurmSaid.push(line);
      return;
    }
    slurmSaid.push(line.replace(/^(srun|slurmstepd\S*): (error: )?/, ""));
    const [, id, what] = /^srun: job (\d+) (queued|has been allocated)/.exec(line) ?? [];
    if (id !== undefined) setJob(id);
    if (what === "has been allocated" && state === "waits") state = "starts";
  });
  // A line that is gone takes nothing more; how it ended is what matters.
  child.stdin.on("error", () => undefined);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    lastSign = Date.now();
    if (state === "waits") state = "starts";
    stdout = (stdout + text).slice(-KEPT_CHARACTERS);
    if (state !== "runs") script.write(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    lastSign = Date.now();
    errors.write(text);
  });
  return {
    ended: new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        clearInterval(watch);
        errors.end();
        const said = slurmSaid.slice(-50);
        resolve({ code, signal, stdout, said, job, node, heard: state === "runs", silentSeconds });
      };
      child.on("error", (error) => {
        slurmSaid.push(error.message);
        end(null, null);
      });
      child.on("close", end);
    }),
    write: (data) => {
      child.stdin.write(data);
    },
    hangUp: () => {
      child.stdin.end();
      if (state === "waits") kill();
    },
    kill,
  };
}
