import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lineSplitter } from "../../conversion/lines.ts";
import { faultsAfterDestroy, faultsAfterUp, volumeIds } from "./checks.ts";
import { processesOf } from "./processes.ts";
import { describeStrike, planRounds, type RoundPlan, type Strike } from "./round-plan.ts";
import { carryOut, type Hit } from "./strike.ts";
import { KillWave, WAVE } from "./wave.ts";

/** A struck run that does not end by itself within this time hangs: it is ended by force, and that is a fault. */
const HANG_SECONDS = 900;

export interface RoundResult {
  readonly round: number;
  readonly action: "up" | "destroy";
  readonly edit: string;
  readonly strikes: readonly { readonly strike: string; readonly hit: string }[];
  /** Seconds of the struck runs together, and of the run in peace. */
  readonly struckSeconds: number;
  readonly peaceSeconds: number;
  readonly faults: readonly string[];
}

export interface RoundsOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Gets each round's result when it is known. */
  readonly onRound: (result: RoundResult) => void;
  readonly signal?: AbortSignal;
}

/** Where the logs of a failed round are kept; null when all went well, and nothing was kept. */
export interface RoundsEnd {
  readonly results: readonly RoundResult[];
  readonly logs: string | null;
}

/** Runs the rounds on the lab, up to the first that fails, and tidies up. */
export async function runRounds({ rounds, seed, onRound, signal }: RoundsOptions): Promise<RoundsEnd> {
  const logs = mkdtempSync(path.join(tmpdir(), `wavelift-kill-${seed}-`));
  const wave = new KillWave();
  const results: RoundResult[] = [];
  const run = async (): Promise<boolean> => {
    await wave.open();
    const ever = new Set<string>();
    for (const [index, plan] of planRounds(seed, rounds).entries()) {
      if (signal?.aborted === true) break;
      const result = await runRound(wave, index + 1, plan, ever, logs);
      results.push(result);
      onRound(result);
      if (result.faults.length > 0) return false;
    }
    return true;
  };
  // What went wrong first must not be hidden by what goes wrong while tidying up.
  const [ran] = await Promise.allSettled([run()]);
  for (const { pid } of processesOf(wave.folder)) end(pid);
  const [tidied] = await Promise.allSettled([wave.workspace.close()]);
  rmSync(wave.folder, { recursive: true, force: true });
  const kept = `logs: ${logs}`;
  if (ran.status === "rejected")
    throw new Error(`after ${results.length} round(s): ${String(ran.reason)}; ${kept}`, { cause: ran.reason });
  if (!ran.value) return { results, logs };
  if (tidied.status === "rejected") throw new Error(`${String(tidied.reason)}; ${kept}`, { cause: tidied.reason });
  rmSync(logs, { recursive: true, force: true });
  return { results, logs: null };
}

async function runRound(
  wave: KillWave,
  round: number,
  plan: RoundPlan,
  ever: Set<string>,
  logs: string,
): Promise<RoundResult> {
  const start = Date.now();
  const strikes: { strike: string; hit: string }[] = [];
  const faults: string[] = [];
  const sleepers: Hit[] = [];
  const log = (name: string, text: string): void => {
    writeFileSync(path.join(logs, `${String(round).padStart(3, "0")}-${name}.log`), text);
  };
  // What is edited with the run under way is planned twice: once for the run, once beside it.
  if (plan.action === "up") await wave.plan(plan.second, "none");
  for (const [index, strike] of plan.strikes.entries()) {
    const editing =
      index === 0 && plan.edit !== "none" ? sleep(3000).then(() => wave.plan(plan.second, plan.edit)) : null;
    // The run is waited for whatever becomes of the edit: what is done next must not meet it.
    const [run, edited] = await Promise.allSettled([struckRun(wave, plan.action, strike), editing]);
    if (run.status === "rejected") throw run.reason;
    if (edited.status === "rejected") throw edited.reason;
    const { text, hit, how, hung } = run.value;
    if (hit !== null && strike.signal === "SIGSTOP" && strike.sleepMs === null) sleepers.push(hit);
    log(`struck-${index + 1}`, text);
    if (hung) faults.push(`the struck ${plan.action} did not end within ${HANG_SECONDS} s`);
    strikes.push({ strike: describeStrike(strike), hit: how });
    if (plan.action === "up") for (const id of await volumeIds(wave)) ever.add(id);
  }
  const struck = Date.now();
  const peace = await wave.workspace.wavelift(plan.action, WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
  const done = Date.now();
  log("in-peace", peace.all);
  if (peace.exitCode !== 0) faults.push(`the ${plan.action} in peace ended with ${peace.exitCode}`);
  // Who slept through all of it wakes up now, and must do nothing any more.
  for (const sleeper of sleepers) sleeper.wake();
  if (plan.action === "up") {
    for (const id of await volumeIds(wave)) ever.add(id);
    faults.push(...(await faultsAfterUp(wave)));
  } else faults.push(...(await faultsAfterDestroy(wave, [...ever])));
  if (faults.length > 0) log("faults", faults.join("\n"));
  const struckSeconds = Math.round((struck - start) / 1000);
  const peaceSeconds = Math.round((done - struck) / 1000);
  return { round, action: plan.action, edit: plan.edit, strikes, struckSeconds, peaceSeconds, faults };
}

/** Starts the command, strikes, and stays until it has ended or must be ended. */
async function struckRun(
  wave: KillWave,
  action: "up" | "destroy",
  strike: Strike,
): Promise<{ text: string; hit: Hit | null; how: string; hung: boolean }> {
  const running = wave.workspace.start(action, WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
  const group = running.pid ?? 0;
  let lines = 0;
  const counter = lineSplitter((line) => {
    // Lines that only show that time goes by would make the moment a matter of the machine's speed.
    if (!line.startsWith("@")) lines += 1;
  });
  running.all.on("data", (chunk: Buffer) => {
    counter.write(chunk.toString("latin1"));
  });
  let ended = false;
  const ending = running.then((result) => {
    ended = true;
    return result;
  });
  const hit = await carryOut(strike, { group, folder: wave.folder, lines: () => lines, ended: () => ended });
  if (hit !== null && strike.signal === "SIGSTOP") {
    if (strike.sleepMs === null) {
      // Launchers, too: one that lives sees the engine's death, and ends a stopped program by force.
      for (const { pid, role } of processesOf(wave.folder)) if (role === "launcher" && pid !== hit.pid) end(pid);
      killGroup(group);
    } else await Promise.race([sleep(strike.sleepMs), ending]);
    if (strike.sleepMs !== null) hit.wake();
  }
  let hung = false;
  const hang = setTimeout(() => {
    hung = true;
    killGroup(group);
  }, HANG_SECONDS * 1000);
  const result = await ending;
  clearTimeout(hang);
  const code = result.exitCode === undefined ? (result.signal ?? "a signal") : String(result.exitCode);
  const how =
    hit === null
      ? `missed: the run had ended (${code})`
      : `hit ${hit.pid} after ${(hit.afterMs / 1000).toFixed(1)} s, line ${lines}; ended with ${code}`;
  return { text: result.all, hit, how, hung };
}

function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended.
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
