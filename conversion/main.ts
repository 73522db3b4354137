import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { keepMemoryPrivate } from "../cloud/memory.ts";
import { exitCodes } from "./exit-codes.ts";
import { messageOf } from "./failure.ts";
import { runGuard } from "./guard/guard.ts";
import { guardVerb } from "./guard/job.ts";
import { launch, readAll } from "./launcher.ts";

const bundle = fileURLToPath(import.meta.url);

/** Entry of both sides: `program` is the far side, `guard` and `unguard` need neither, anything else is a verb for the launcher. Ends the process. */
export async function main(args: readonly string[]): Promise<never> {
  const [verb] = args;
  try {
    keepMemoryPrivate();
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\n`);
    process.exit(exitCodes.badInput);
  }
  const guard = guardVerb(verb);
  const code =
    guard !== null
      ? await runGuard(guard, await readAll(process.stdin), process.env)
      : verb === "program"
        ? await (await import("./program.ts")).runProgram()
        : await launch(verb, bundle, process.env);
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write("", resolve))),
  );
  process.exit(code);
}

// The bundle alone is enough: `node conversion-HASH.mjs VERB`.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === bundle) await main(process.argv.slice(2));
