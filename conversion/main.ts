import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { keepMemoryPrivate } from "../cloud/memory.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { messageOf } from "./failure.ts";
import { runGuard } from "./guard/guard.ts";
import { guardVerb } from "./guard/job.ts";
import { launch, readAll } from "./launcher.ts";
import { launchProbe } from "./probe/launch.ts";
import { launchSpace } from "./probe/launch-space.ts";

const bundle = fileURLToPath(import.meta.url);

/**
 * `program` is the far side, `gateway` what an instant import leaves running there, `doctor` a look at a conversion host, `space` one at its pools; `guard` and `unguard` need neither side; anything else
 * is a verb for the launcher.
 */
async function run(verb: string | undefined): Promise<ExitCode> {
  if (verb === "program") return (await import("./program.ts")).runProgram();
  if (verb === "gateway") return (await import("./gateway/daemon.ts")).runGateway();
  if (verb === "doctor") return launchProbe(bundle, process.env);
  if (verb === "space") return launchSpace(bundle, process.env);
  const guard = guardVerb(verb);
  if (guard !== null) return runGuard(guard, await readAll(process.stdin), process.env);
  return launch(verb, bundle, process.env);
}

/** Entry of both sides. Ends the process. */
export async function main(args: readonly string[]): Promise<never> {
  const [verb] = args;
  try {
    keepMemoryPrivate();
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\n`);
    process.exit(exitCodes.badInput);
  }
  const code = await run(verb);
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write("", resolve))),
  );
  process.exit(code);
}

// The bundle alone is enough: `node conversion-HASH.mjs VERB`.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === bundle) await main(process.argv.slice(2));
