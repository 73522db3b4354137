import { Command } from "commander";
import { reportFailure } from "../../cli/failure.ts";
import { demandMachine } from "../facts.ts";
import { labPaths } from "../paths.ts";
import { labEnvironment } from "./environment.ts";
import { migrate } from "./migrate.ts";
import { rollBack } from "./roll-back.ts";

/** `npm run demo`: everything from nothing; `npm run demo -- --destroy`: the rollback. */
const program = new Command("demo")
  .description("Sets up a lab with real Ceph, OpenStack and guests, and migrates a wave of VMware disks into it.")
  .option("--destroy", "roll the wave back and show that nothing of it is left", false)
  .action(async (options: { destroy: boolean }) => {
    const paths = labPaths(process.env);
    // Before the first minute is spent: the toolchain would build for a lab that cannot be.
    await demandMachine(paths);
    Object.assign(process.env, labEnvironment(paths));
    await (options.destroy ? rollBack(paths) : migrate(paths));
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
