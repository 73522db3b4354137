import { type Command, Option } from "commander";
import type { AssessOptions } from "./options.ts";

/** Adds `wavelift assess` to the command line. */
export function defineAssess(program: Command): void {
  program
    .command("assess")
    .description("show what the estate is, what stands in the way of each VM, how hard it is and how long it takes")
    .option("--inventory <folder>", "folder with estate/ and, where there is one, plan.yaml; default: inventory")
    .option("--wave <wave>", "the VMs of this wave, with all concerns of `wavelift plan` (asks the clouds)")
    .option("--name <pattern...>", "VMs of this key or name; * stands for any text, /.../ is a regular expression")
    .option("--cluster <pattern...>", "VMs of this cluster at the source")
    .option("--os <text...>", "VMs whose operating system has this in its name")
    .option("--folder <pattern...>", "VMs of this folder at the source, and of those below it")
    .option("--tag <pattern...>", "VMs with this tag")
    .option(
      "--category <category...>",
      "VMs with a concern of this category: Critical, Warning, Information, waived, none",
    )
    .option("--concern <id...>", "VMs with this concern, by id")
    .option("--complexity <level...>", "VMs of this complexity: low, medium, high, very high")
    .option("--min-size <size>", "VMs whose disks have at least this together, such as 500G or 2T")
    .option("--max-size <size>", "... and at most this")
    .option("--sort <fields>", "fields to sort by, such as size,-name; - turns one round; default: category,complexity")
    .option("--limit <n>", "print so many VMs; totals are of all that fit")
    .option("--details", "print each concern with what was found and what to do", false)
    .option("--json", "print the assessment as JSON", false)
    .option("--html <file>", "write it as one page for a browser, too")
    .addOption(new Option("--csv <file>", "write the table for a spreadsheet, too"))
    .option("--check", "exit with 2 when a listed VM has a Critical concern", false)
    .action(async (options: AssessOptions) => {
      const { assessCommand } = await import("./command.ts");
      process.exitCode = await assessCommand(options);
    });
}
