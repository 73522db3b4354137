import type { Log } from "../effects.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { failed, Failure, messageOf } from "../failure.ts";
import { readSettings } from "../read-settings.ts";
import { openDispatch } from "../runner/dispatch.ts";
import { look } from "../runner/run-on-hosts.ts";
import { ProgramFailure } from "../supervise.ts";

/**
 * Near side of the question how much space the pools have: runners.yaml says where it is asked, standard output gets the
 * `PoolSpaces`. It writes nothing anywhere.
 */
export async function launchSpace(bundle: string, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const log: Log = (line) => process.stderr.write(`${line}\n`);
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      cancel.abort(failed(`received ${signal}`));
    });
  try {
    const settings = readSettings(env, process.cwd());
    const order = { version: 1 as const, work: { verb: "space" as const }, cloud: null, logins: {} };
    const dispatch = openDispatch({ settings, bundle, env, log, signal: cancel.signal }, "the space of the pools");
    const reply = await look(dispatch, order);
    if (reply.kind !== "space") throw failed("the conversion program did not answer with the space of its pools");
    process.stdout.write(`${JSON.stringify(reply.spaces)}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ProgramFailure)) log(`error: ${messageOf(error)}`);
    return error instanceof Failure ? error.exitCode : exitCodes.failed;
  }
}
