import { type Command, InvalidArgumentError, Option } from "commander";
import { listWaves } from "./list.ts";
import { proposeWaves, type ProposeOptions } from "./propose.ts";

const whole = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 on");
  return Number(text);
};

const positive = (text: string): number => {
  const number = Number(text);
  if (!(number > 0 && number < 1e6)) throw new InvalidArgumentError("expected a number above 0");
  return number;
};

const inventory = ["--inventory <folder>", "folder with plan.yaml and estate/; default: inventory"] as const;

/** `wavelift waves ...` */
export function addWavesCommands(program: Command): void {
  const waves = program.command("waves").description("list, propose, check, duplicate and archive waves");

  waves
    .command("list", { isDefault: true })
    .description("what each wave holds, how long it takes, what it waits for (the default)")
    .option("--state", "ask Pulumi which waves have a stack", false)
    .option("--json", "print as JSON", false)
    .option(...inventory)
    .action(async (options: { state: boolean; json: boolean; inventory?: string }) => {
      process.exitCode = await listWaves(options);
    });

  waves
    .command("propose")
    .description("put the VMs that are in no wave into waves, and write these into the plan")
    .option("--max-vms <count>", "VMs of a wave at most", whole, 50)
    .option("--max-tib <tib>", "TiB of disk capacity of a wave at most; default: no limit", positive)
    .option(
      "--by <way...>",
      "what is one application, the most important way first: tag:CATEGORY, attribute:NAME, folder, dependency",
      [],
    )
    .option("--target <name>", "target of new waves; default: the plan's only one")
    .option("--prefix <text>", "how names of new waves begin", "wave")
    .addOption(
      new Option("--critical <where>", "where VMs with Critical concerns go: waves at the end, or none")
        .choices(["last", "out"])
        .default("last"),
    )
    .option("--dry-run", "write nothing", false)
    .option("--json", "print the proposal as JSON", false)
    .option(...inventory)
    .action(async (options: ProposeOptions) => {
      process.exitCode = await proposeWaves(options);
    });
}
