import type { Guard } from "./guard.ts";
import { mutate } from "./mutate.ts";
import { copyProject, type ProjectCopy } from "./project-copy.ts";
import { killGroup, runTests, type TestRun } from "./test-run.ts";
import { judgeWhole, judgeWithout, type Verdict } from "./verdict.ts";

/** What was found for a guard. */
export interface Outcome extends Verdict {
  readonly guard: Guard;
  /** Of the run without the guard. */
  readonly seconds: number;
}

export interface Trial {
  readonly project: string;
  /** Files of the project, copied for each worker. */
  readonly sources: readonly string[];
  /** Environment of a test file: with toolchain and lab where it needs them. */
  readonly environmentOf: (test: string) => NodeJS.ProcessEnv;
  /** Told of each outcome as it comes. */
  readonly onOutcome: (outcome: Outcome) => void;
  readonly signal: AbortSignal;
}

/** A test may wait for a time-out of its own without the guard; longer than this and it hangs. */
const LIMIT_MS = 15 * 60_000;

/**
 * Takes each guard out, in a copy of the project, and sees its test fail; before that the test must pass. Tests of the
 * whole program in the lab share a stack and addresses: they come one after the other.
 * @param jobs so many side by side
 */
export async function tryGuards(guards: readonly Guard[], jobs: number, trial: Trial): Promise<Outcome[]> {
  const inLab = guards.filter(({ test }) => test.startsWith("test/lab/"));
  const elsewhere = guards.filter((guard) => !inLab.includes(guard));
  const queue = [...byTest(elsewhere), ...(inLab.length > 0 ? [inLab] : [])];
  const worker = async (): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    const copy = copyProject(trial.project, trial.sources);
    try {
      for (let lot = queue.shift(); lot !== undefined; lot = queue.shift())
        outcomes.push(...(await tryLot(lot, copy, trial)));
      return outcomes;
    } finally {
      copy.remove();
    }
  };
  const workers = Array.from({ length: Math.min(jobs, queue.length) }, worker);
  return (await Promise.all(workers)).flat();
}

function byTest(guards: readonly Guard[]): Guard[][] {
  return [...new Set(guards.map(({ test }) => test))].map((test) => guards.filter((guard) => guard.test === test));
}

async function tryLot(lot: readonly Guard[], copy: ProjectCopy, trial: Trial): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const guards of byTest(lot)) {
    const test = guards[0]?.test ?? "";
    const whole = await run(copy, trial, test, [...new Set(guards.map(({ name }) => name))]);
    for (const guard of guards) {
      const started = Date.now();
      const fault = judgeWhole(whole, guard.name);
      const verdict = fault === null ? await tryOne(guard, copy, trial) : ({ kind: "broken", note: fault } as const);
      const outcome = { guard, ...verdict, seconds: (Date.now() - started) / 1000 };
      trial.onOutcome(outcome);
      outcomes.push(outcome);
    }
  }
  return outcomes;
}

async function tryOne(guard: Guard, copy: ProjectCopy, trial: Trial): Promise<Verdict> {
  const before = copy.read(guard.file);
  const mutated = mutate(before, guard.remove, guard.with);
  if ("fault" in mutated) return { kind: "broken", note: mutated.fault };
  copy.write(guard.file, mutated.text);
  try {
    return judgeWithout(await run(copy, trial, guard.test, [guard.name]));
  } finally {
    copy.write(guard.file, before);
  }
}

async function run(copy: ProjectCopy, trial: Trial, test: string, names: readonly string[]): Promise<TestRun> {
  trial.signal.throwIfAborted();
  let group: number | undefined;
  const end = (): void => {
    if (group !== undefined) killGroup(group);
  };
  trial.signal.addEventListener("abort", end, { once: true });
  const environment = { ...trial.environmentOf(test), TMPDIR: copy.temporary };
  try {
    return await runTests({
      folder: copy.folder,
      environment,
      test,
      names,
      limitMs: LIMIT_MS,
      onStart: (started) => (group = started),
    });
  } finally {
    trial.signal.removeEventListener("abort", end);
    end();
    copy.endProcesses();
    trial.signal.throwIfAborted();
  }
}
