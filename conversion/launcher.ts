import { readCloudEntry } from "../cloud/clouds-yaml.ts";
import type { CloudEntry } from "../cloud/entry.ts";
import { ancestors, watchAncestors } from "./ancestors.ts";
import type { Log } from "./effects.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { badInput, cancelled, Failure, messageOf } from "./failure.ts";
import { printable } from "./lines.ts";
import { readVerb, readWork, type Work } from "./input.ts";
import { expectOneHost } from "./instant/one-host.ts";
import type { Verb } from "./job.ts";
import { demandOf } from "./limits/demand.ts";
import { readSettings } from "./read-settings.ts";
import { openDispatch } from "./runner/dispatch.ts";
import { copy, look } from "./runner/run-on-hosts.ts";
import { sourceLogins } from "./source-logins.ts";
import { ProgramFailure } from "./supervise.ts";

/** Verbs that ask the cloud; the others need no credentials. */
const ASKS_CLOUD: ReadonlySet<Verb> = new Set([
  ...(["import", "sync", "seal", "ready", "image", "image-sync", "unimage"] as const),
]);

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
    expectOneHost(work, settings.runner);
    const cloud = ASKS_CLOUD.has(work.verb) ? cloudEntry(work.job.cloud, env) : null;
    const dispatch = openDispatch({ settings, bundle, env, log, signal: cancel.signal }, nameOf(work));
    const logins = sourceLogins(work, env, process.cwd());
    const order = { version: 1 as const, work, cloud, logins };
    // First without a slot: that finds faults early, and a waiting import costs one small process.
    const first = await look(dispatch, order);
    const seen = dispatch.pool.hosts.flatMap((host) => Object.keys(host.settings.datastores));
    const demand = first.kind === "needsSlot" ? await demandOf(work, new Set(seen), env, process.cwd()) : null;
    const reply = demand === null ? first : await copy(dispatch, order, demand);
    if (reply.kind === "report") process.stdout.write(`${JSON.stringify(reply.report)}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ProgramFailure)) log(`error: ${messageOf(error)}`);
    return error instanceof Failure ? error.exitCode : exitCodes.failed;
  } finally {
    unwatch();
  }
}

/** What a run is for, in messages. */
const nameOf = ({ verb, job }: Work): string => ("disk" in job ? job.disk : "vm" in job ? job.vm : verb);

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
