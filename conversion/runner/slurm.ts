import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { badInput, type Failure } from "../failure.ts";
import type { Demand } from "../limits/demand.ts";
import { nodeTooOld } from "./node-version.ts";
import type { ProgramEnd, Runner, RunningProgram } from "./runner.ts";
import { slurmEnvironment, srunArguments } from "./slurm-command.ts";
import { judgeSlurmEnd, type SlurmEnd } from "./slurm-fault.ts";
import { licensesOf, missingLicenses, parseLicenses } from "./slurm-licenses.ts";
import { openSlurmLine, type SlurmLine } from "./slurm-line.ts";
import { askSlurm, watchQueue } from "./slurm-queue.ts";
import type { SlurmRunner } from "./slurm-settings.ts";

/** On how many nodes, one after the other, a program is started whose node fails. */
const NODES_TRIED = 3;
const PAUSE_MS = 3000;

/**
 * A pool of conversion hosts behind Slurm: each run of the program is a job of one task. Slurm chooses the host, its licences
 * are the limits, its priorities the order. A job whose host fails or is cut off is run again on another one; there the
 * program takes the disk over, which fences the old writer before a byte is written.
 * @param bundle path of the program here
 */
export function slurmRunner(settings: SlurmRunner, bundle: string, env: NodeJS.ProcessEnv): Runner {
  return {
    limitsItself: true,
    start: (onStderr, demand) => startOver(settings, readFileSync(bundle), env, onStderr, demand ?? null),
  };
}

function startOver(
  settings: SlurmRunner,
  bundle: Buffer,
  env: NodeJS.ProcessEnv,
  onStderr: (text: string) => void,
  demand: Demand | null,
): RunningProgram {
  const shipped = { sha256: createHash("sha256").update(bundle).digest("hex"), bytes: bundle.length };
  const environment = slurmEnvironment(settings, env);
  const ask = askSlurm(environment);
  const what = demand === null ? "" : `${demand.what}: `;
  let current: SlurmLine | undefined;
  let isReady = false;
  let order: string | undefined;
  let over = false;
  const isOver = (): boolean => over;

  /** One job, to its end. A fault that was found here outweighs how srun ended. */
  const runJob = async (excluded: readonly string[]): Promise<{ end: SlurmEnd; fault: Failure | null }> => {
    let fault: Failure | null = null;
    let unwatch = (): void => undefined;
    isReady = false;
    const line = openSlurmLine(srunArguments(settings, shipped, demand, excluded), environment, {
      onJob: (job) => {
        unwatch = watchQueue(ask, job, (reason) => {
          onStderr(`${what}waiting for a slot (Slurm job ${job}: ${reason})\n`);
        });
      },
      onStart: () => {
        unwatch();
      },
      onMissing: (version) => {
        fault = nodeTooOld(version, "a node of the pool");
        if (fault !== null) {
          line.hangUp();
          return;
        }
        // Pulumi keeps these lines in the state, which names no host.
        onStderr("sending the conversion program to the conversion host\n");
        line.write(bundle);
      },
      onReady: () => {
        // Credentials go to a program that waits for them, not into a queue.
        isReady = true;
        if (order !== undefined) line.write(order);
      },
      onStderr,
    });
    current = line;
    const end = await line.ended;
    unwatch();
    isReady = false;
    return { end, fault };
  };

  const run = async (): Promise<ProgramEnd> => {
    const failedNodes: string[] = [];
    const unknown = confFault(settings) ?? (demand === null ? null : await unknownLicenses(settings, demand, ask));
    if (unknown !== null) return { code: null, signal: null, stdout: "", fault: unknown };
    for (let tries = 1; ; tries++) {
      if (isOver()) return { code: null, signal: "SIGTERM", stdout: "" };
      const { end, fault } = await runJob(failedNodes);
      const { code, signal, stdout, job, node } = end;
      if (fault !== null) return { code, signal, stdout, fault };
      const verdict = judgeSlurmEnd(settings, end);
      // srun may have died before its job: that one must hold no licence, and not start later.
      if (verdict.kind !== "ended" && job !== null) await ask("scancel", ["--quiet", job]);
      if (isOver() || verdict.kind === "ended") return { code, signal, stdout };
      if (verdict.kind === "fault" || tries >= NODES_TRIED) return { code, signal, stdout, fault: verdict.fault };
      if (node !== null) failedNodes.push(node);
      onStderr(
        `${what}the conversion host of Slurm job ${job ?? "?"} has failed or is cut off: going on on another one\n`,
      );
      await sleep(PAUSE_MS);
    }
  };
  return {
    ended: run(),
    send: (text) => {
      order ??= `${text}\n`;
      if (isReady) current?.write(`${text}\n`);
    },
    hangUp: () => {
      over = true;
      current?.hangUp();
    },
    kill: () => {
      over = true;
      current?.kill();
    },
  };
}

/** Without its file srun asks the name service for a controller, for a minute and more. */
function confFault({ conf }: SlurmRunner): Failure | null {
  if (conf === undefined || existsSync(conf)) return null;
  return badInput(`there is no ${conf}: mend \`conf\` of the runner in runners.yaml.`);
}

/** Slurm itself only says "Invalid license specification". Null when it has all, or cannot be asked: srun tells then. */
async function unknownLicenses(
  settings: SlurmRunner,
  demand: Demand,
  ask: ReturnType<typeof askSlurm>,
): Promise<Failure | null> {
  const needed = licensesOf(settings, demand);
  if (needed.length === 0) return null;
  const answer = await ask("scontrol", ["show", "licenses"]);
  return answer === null ? null : missingLicenses(needed, parseLicenses(answer));
}
