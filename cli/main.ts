import { Command, Option } from "commander";
import { keepMemoryPrivate } from "../cloud/memory.ts";
import { defineAssess } from "./assess/define.ts";
import type { DigestOptions } from "./digest/place.ts";
import type { DoctorOptions } from "./doctor.ts";
import { exitCodes, reportFailure, UserError } from "./failure.ts";
import type { InventoryOptions } from "./inventory.ts";
import { sourceKinds } from "./source-kinds.ts";
import { addWavesCommands } from "./waves/commands.ts";

// What a command needs is loaded when it is called: loading all took 2.3 s of CPU for `--help`, this 0.9 (on a busy machine).

const program = new Command("wavelift")
  .description("Moves virtual machines into OpenStack on Ceph, wave by wave, as Pulumi stacks.")
  .showHelpAfterError()
  // Set before the subcommands, which inherit it. Wrong words on the command line are wrong input.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.done : exitCodes.wrongInput))
  .addHelpText(
    "after",
    `
Exit codes: 0 done; 1 failed; 2 stopped by Critical concerns or drift (plan --check); 3 wrong input or settings.
A wave's road: init WAVE, plan WAVE, preview WAVE, up WAVE, and destroy WAVE to roll it back.`,
  );

program
  .command("inventory")
  .description("read VMs from their source into inventory/estate, one file a VM")
  .argument("<kind>", `kind of source: ${sourceKinds.join(", ")}`)
  .argument("<place...>", "files or folders; of a vcenter: its name in sources.yaml, or https://HOST")
  .option("--inventory <folder>", "folder with estate/; default: inventory")
  .option("--datastore <name>", "name of the datastore that the disks are in; default: the folder's name")
  .option("--datastore-folder <folder>", "folder that is that datastore; default: the place")
  .option("--no-manifest-check", "ova: do not compare the files with their manifest")
  .option("--dry-run", "write nothing", false)
  .option("--replace", "let RVTools replace what was read from vCenter, which tells more", false)
  .option("--json", "print what changed as JSON", false)
  .action(async (kind: string, places: string[], options: InventoryOptions) => {
    const { inventoryCommand } = await import("./inventory.ts");
    process.exitCode = await inventoryCommand(kind, places, options);
  });

defineAssess(program);

program
  .command("init")
  .description("make a wave's stack, with the settings of the estate's own stack")
  .argument("<wave>", "wave of the plan; also the stack's name")
  .option("--estate-stack <stack>", "stack that holds what waves share", "prod")
  .action(async (wave: string, options: { estateStack: string }) => {
    const { initWave } = await import("./init.ts");
    process.exitCode = await initWave(wave, options.estateStack);
  });

program
  .command("plan")
  .description("decide everything for a wave and write its wave file")
  .argument("<wave>", "wave of the plan")
  .option("--check", "write nothing; exit with 2 when the wave file is not what would be planned now", false)
  .option("--json", "print the decisions and concerns as JSON", false)
  .option("--inventory <folder>", "folder with plan.yaml and estate/; default: that of the wave's stack")
  .option("--vm <key...>", "plan only these VMs again; the others stay as they are in the wave file")
  .action(async (wave: string, options: { check: boolean; json: boolean; inventory?: string; vm?: string[] }) => {
    const { planCommand } = await import("./plan.ts");
    process.exitCode = await planCommand(wave, options);
  });

for (const [verb, description] of [
  ["preview", "show what would be done, with concerns and policies"],
  ["up", "migrate: make and fill what is not there yet"],
  ["destroy", "roll back: servers first, the source last"],
] as const)
  program
    .command(verb)
    .description(description)
    .argument("<stack>", "a wave, or the estate's own stack")
    .argument("[pulumi options...]", "passed on to pulumi, after --")
    .addOption(new Option("-y, --yes", "do not ask").default(false).hideHelp(verb === "preview"))
    .addOption(
      new Option("--json", "print what became of each VM as JSON; what Pulumi prints goes to stderr")
        .default(false)
        .hideHelp(verb === "preview"),
    )
    .action(async (stack: string, rest: string[], options: { yes: boolean; json: boolean }) => {
      const { runStack } = await import("./run-stack.ts");
      process.exitCode = await runStack(verb, stack, [...(options.yes ? ["--yes"] : []), ...rest], options.json);
    });

program
  .command("doctor")
  .description("look at this machine, the clouds and the conversion host; say what to do about each fault")
  .argument("[host]", "conversion host: local or [user@]host[:port]; default: the runner of runners.yaml")
  .option("--json", "print the findings as JSON", false)
  .option("--inventory <folder>", "folder with plan.yaml, whose clouds are asked; default: inventory")
  .action(async (host: string | undefined, options: DoctorOptions) => {
    const { doctor } = await import("./doctor.ts");
    process.exitCode = await doctor(host, options);
  });

program
  .command("digest")
  .description("compute the digest of a disk, as reports and ledgers have it, from what is there now")
  .argument("<place>", "a disk file, or rbd:POOL/IMAGE[@SNAPSHOT]")
  .option("--format <format>", "of a file: raw, vmdk, qcow2, vhd, vhdx, vdi; default: by its ending, else raw")
  .option("--size <bytes>", "size of the disk; default: that of the file, or what the image's ledger says")
  .option("--id <user>", "of rbd: Ceph user", "cinder")
  .option("--conf <file>", "of rbd: ceph.conf", "/etc/ceph/ceph.conf")
  .option("--expect <digest>", "end with 1 unless it is this one; default: the one of the image's ledger")
  .option("--json", "print the result as JSON", false)
  .action(async (place: string, options: DigestOptions & { json: boolean }) => {
    const { digestCommand } = await import("./digest.ts");
    process.exitCode = await digestCommand(place, options);
  });

addWavesCommands(program);

try {
  protectMemory();
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
process.exitCode ??= exitCodes.done;

/** Also of pulumi and its plugins, which inherit the limit. */
function protectMemory(): void {
  try {
    keepMemoryPrivate();
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}
