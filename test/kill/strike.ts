import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "./processes.ts";
import type { Strike } from "./round-plan.ts";

const POLL_MS = 40;

/** A run of `wavelift` that may be struck. */
export interface StruckRun {
  /** Its process group. */
  readonly group: number;
  /** Marks its processes: see `processesOf`. */
  readonly folder: string;
  /** Lines printed so far. */
  lines(): number;
  ended(): boolean;
}

/** What a strike has hit; null when the run ended before its moment came. */
export interface Hit {
  readonly pid: number;
  readonly afterMs: number;
  /** Lets a stopped victim go on. */
  readonly wake: () => void;
}

/** Waits for the strike's moment and carries it out. */
export async function carryOut(strike: Strike, run: StruckRun): Promise<Hit | null> {
  const start = Date.now();
  const seen: number[] = [];
  const reached = (): boolean => {
    if (strike.moment.kind === "line") return run.lines() >= strike.moment.number;
    for (const { pid, role } of processesOf(run.folder))
      if (role === strike.victim && !seen.includes(pid)) seen.push(pid);
    return seen.length >= strike.moment.number;
  };
  while (!reached()) {
    if (run.ended()) return null;
    await sleep(POLL_MS);
  }
  await sleep(strike.moment.delayMs);
  for (;;) {
    if (run.ended()) return null;
    const target = targetOf(strike, run, seen);
    // A victim that has gone meanwhile (or is not there yet) is waited for: another of its kind will come, or the end.
    if (target !== null && send(target, strike.signal))
      return {
        pid: Math.abs(target),
        afterMs: Date.now() - start,
        wake: () => {
          send(target, "SIGCONT");
        },
      };
    await sleep(POLL_MS);
  }
}

/** The number to signal: negative for a process group. */
function targetOf(strike: Strike, run: StruckRun, seen: readonly number[]): number | null {
  if (strike.victim === "group" || strike.victim === "terminal") return -run.group;
  const alive = processesOf(run.folder).filter(({ role }) => role === strike.victim);
  const wanted = strike.moment.kind === "process" ? seen[strike.moment.number - 1] : undefined;
  const found = alive.find(({ pid }) => pid === wanted) ?? alive[0];
  if (found === undefined) return null;
  // A program is stopped with all that it has started: it leads a group of its own.
  return strike.victim === "program" && strike.signal === "SIGSTOP" ? -found.pid : found.pid;
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}
