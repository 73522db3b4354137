import { type Command, InvalidArgumentError, Option } from "commander";
import type { CheckOptions } from "./check.ts";
import type { ProposeOptions } from "./propose.ts";

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

  const list = waves
    .command("list", { isDefault: true })
    .description("what each wave holds, how long it takes, what it waits for (the default)")
    .option("--check", "the same as `waves check`", false)
    .option("--state", "ask Pulumi which waves have a stack", false);
  withCommon(withLimits(list)).action(
    async (options: CheckOptions & { check: boolean; state: boolean; json: boolean; inventory?: string }) => {
      if (options.check) process.exitCode = await (await import("./check.ts")).checkCommand(undefined, options);
      else process.exitCode = await (await import("./list.ts")).listWaves(options);
    },
  );

  const propose = waves
    .command("propose")
    .description("put the VMs that are in no wave into waves, and write these into the plan")
    .option("--target <name>", "target of new waves; default: the plan's only one")
    .option("--prefix <text>", "how names of new waves begin", "wave")
    .addOption(
      new Option("--critical <where>", "where VMs with Critical concerns go: waves at the end, or none")
        .choices(["last", "out"])
        .default("last"),
    )
    .option("--dry-run", "write nothing", false);
  withCommon(withLimits(propose)).action(async (options: ProposeOptions) => {
    const { proposeWaves } = await import("./propose.ts");
    process.exitCode = await proposeWaves(options);
  });

  const check = waves
    .command("check")
    .description("say what would be better; exit with 2 when that is more than a suggestion")
    .argument("[wave]", "only what is about this wave");
  withCommon(withLimits(check)).action(async (wave: string | undefined, options: CheckOptions) => {
    const { checkCommand } = await import("./check.ts");
    process.exitCode = await checkCommand(wave, options);
  });

  waves
    .command("duplicate")
    .description("copy a wave of the plan or of the archive, with its VMs and their decisions")
    .argument("<wave>", "wave to copy")
    .argument("<new>", "name of the copy")
    .option(...inventory)
    .action(async (wave: string, name: string, options: { inventory?: string }) => {
      const { duplicateWave } = await import("./duplicate.ts");
      process.exitCode = await duplicateWave(wave, name, options.inventory);
    });

  for (const [verb, description] of [
    ["archive", "take a wave out of the plan that is accepted, rolled back or never began"],
    ["unarchive", "put an archived wave back into the plan"],
  ] as const)
    waves
      .command(verb)
      .description(description)
      .argument("<wave>", "wave")
      .option(...inventory)
      .action(async (wave: string, options: { inventory?: string }) => {
        const { archiveWave, unarchiveWave } = await import("./archive.ts");
        process.exitCode = await (verb === "archive" ? archiveWave : unarchiveWave)(wave, options.inventory);
      });
}

const withLimits = (command: Command): Command =>
  command
    .option("--max-vms <count>", "VMs of a wave at most", whole, 50)
    .option("--max-tib <tib>", "TiB of disk capacity of a wave at most; default: no limit", positive)
    .option(
      "--by <way...>",
      "what is one application, the most important way first: tag:CATEGORY, attribute:NAME, folder, dependency",
      [],
    );

const withCommon = (command: Command): Command => command.option("--json", "print as JSON", false).option(...inventory);
