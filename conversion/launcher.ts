import { readCloudEntry } from "../cloud/clouds-yaml.ts";
import type { CloudEntry } from "../cloud/entry.ts";
import { ancestors, watchAncestors } from "./ancestors.ts";
import { systemClock, type Log } from "./effects.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { badInput, cancelled, Failure, messageOf } from "./failure.ts";
import { printable } from "./lines.ts";
import { readVerb, readWork, type Work } from "./input.ts";
import type { Verb } from "./job.ts";
import type { Order, Reply } from "./order.ts";
import { readSettings } from "./read-settings.ts";
import { chooseRunner } from "./runner/choose.ts";
import type { Runner } from "./runner/runner.ts";
import type { Settings } from "./settings.ts";
import { slotFolder, takeSlot } from "./slots.ts";
import { ProgramFailure, supervise } from "./supervise.ts";

/** Verbs that ask the cloud; the others need no credentials. */
const ASKS_CLOUD: ReadonlySet<Verb> = new Set(["import", "sync", "seal", "ready"]);

/**
 * The near side: reads what Pulumi gives, looks up what is not in the state, starts the program and stays by it. It ends
 * the program when it is cancelled, or when the plugin or the engine that it works for is gone.
 * @param bundle path of the bundle that holds this code
 */
export async function launch(verb: string | undefined, bundle: string, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const log: Log = (line) => process.stderr.write(`${printable(line)}\n`);
  const cancel = new AbortController();
  const cancelBecause = (reason: string): void => {
    cancel.abort(cancelled(`${reason}: ending the conversion program`));
  };
  const unwatch = watchAncestors(ancestors(), (pid) => {
    cancelBecause(`the process ${pid} that this run works for is gone`);
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      cancelBecause(`received ${signal}`);
    });
  // With engine and plugin gone nobody reads; the program must be ended all the same.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  try {
    const work = readWork(readVerb(verb), await readAll(process.stdin), env);
    const settings = readSettings(env, process.cwd());
    const cloud = ASKS_CLOUD.has(work.verb) ? cloudEntry(work.job.cloud, env) : null;
    const reply = await runInSlot(
      chooseRunner(settings.runner, bundle, env),
      work,
      settings,
      cloud,
      env,
      cancel.signal,
      log,
    );
    if (reply.kind === "report") process.stdout.write(`${JSON.stringify(reply.report)}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ProgramFailure)) log(`error: ${messageOf(error)}`);
    return error instanceof Failure ? error.exitCode : exitCodes.failed;
  } finally {
    unwatch();
  }
}

/** First without a slot, which finds faults early and costs a waiting import one small process; then, where needed, in one. */
async function runInSlot(
  runner: Runner,
  work: Work,
  settings: Settings,
  cloud: CloudEntry | null,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  log: Log,
): Promise<Reply> {
  const order: Order = { version: 1, work, settings, cloud, mayCopy: false };
  const first = await supervise(runner, order, signal, log);
  if (first.kind !== "needsSlot") return first;
  const what = "disk" in work.job ? work.job.disk : "vm" in work.job ? work.job.vm : work.verb;
  const slot = await takeSlot(slotFolder(settings.runner, env), settings.slots, what, systemClock, log, signal);
  try {
    return await supervise(runner, { ...order, mayCopy: true }, signal, log);
  } finally {
    slot.release();
  }
}

function cloudEntry(name: string, env: NodeJS.ProcessEnv): CloudEntry {
  try {
    return readCloudEntry(name, env, process.cwd());
  } catch (error) {
    throw badInput(messageOf(error));
  }
}

/** All that a stream gives, as text. */
export async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream) text += String(chunk);
  return text;
}
