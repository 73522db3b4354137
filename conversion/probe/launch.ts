import { z } from "zod";
import type { Log } from "../effects.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { badInput, failed, Failure, messageOf } from "../failure.ts";
import { chooseRunner } from "../runner/choose.ts";
import { Settings } from "../settings.ts";
import { ProgramFailure, supervise } from "../supervise.ts";
import { HostFacts } from "./facts.ts";

/** What the near side of a look at a conversion host prints: the facts, and when it asked and was answered (own clock). */
export const Look = z.strictObject({ facts: HostFacts, askedMs: z.number(), answeredMs: z.number() });
export type Look = z.infer<typeof Look>;

/** Near side of `wavelift doctor`: settings (runners.yaml's contents) on standard input, a `Look` on standard output. */
export async function launchProbe(bundle: string, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  const log: Log = (line) => process.stderr.write(`${line}\n`);
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      cancel.abort(failed(`received ${signal}`));
    });
  try {
    const settings = await readSettings();
    const order = {
      version: 1 as const,
      work: { verb: "probe" as const },
      settings,
      cloud: null,
      logins: {},
      mayCopy: false,
    };
    const askedMs = Date.now();
    const reply = await supervise(chooseRunner(settings.runner, bundle, env), order, cancel.signal, log);
    if (reply.kind !== "facts") throw failed("the conversion program did not answer with facts");
    process.stdout.write(`${JSON.stringify({ facts: reply.facts, askedMs, answeredMs: Date.now() } satisfies Look)}\n`);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ProgramFailure)) log(`error: ${messageOf(error)}`);
    return error instanceof Failure ? error.exitCode : exitCodes.failed;
  }
}

async function readSettings(): Promise<Settings> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) text += String(chunk);
  const result = Settings.safeParse(JSON.parse(text));
  if (!result.success) throw badInput(`the settings on standard input are wrong: ${z.prettifyError(result.error)}`);
  return result.data;
}
