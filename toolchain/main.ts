import { Command } from "commander";
import { ensureToolchain } from "./ensure.ts";
import { exportLines, reportLines } from "./report.ts";
import { regenerateSchema } from "./schema.ts";
import { ensureGoProgram } from "./go-program.ts";
import { findVspherePlugin, vspherePlugin } from "./vsphere-plugin.ts";
import { ToolchainError } from "./tool-error.ts";

const program = new Command("toolchain")
  .description("Gives the project a working Pulumi: installed, downloaded or built; says which and why.")
  .option("--json", "the report as JSON on standard output")
  .option("--env", 'shell lines for: eval "$(npm run -s toolchain -- --env)"')
  .action(async ({ json, env }: { json?: boolean; env?: boolean }) => {
    const toolchain = await ensureToolchain();
    const { report } = toolchain;
    if (json === true) process.stdout.write(`${JSON.stringify({ ...report, env: toolchain.env }, null, 2)}\n`);
    else process.stdout.write(`${(env === true ? exportLines(toolchain.env) : reportLines(report)).join("\n")}\n`);
  });

program
  .command("schema")
  .description("makes the openstack plugin's schema.json anew from its mapping (needs Go; some minutes)")
  .action(async () => {
    await regenerateSchema();
  });

program
  .command("vsphere")
  .description(
    "builds the vsphere plugin, for `plugin: true` in sources.yaml (needs Go; some minutes; nothing else needs it)",
  )
  .action(async () => {
    process.stdout.write(`${(await findVspherePlugin()) ?? (await ensureGoProgram(vspherePlugin))}\n`);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(
    `${error instanceof ToolchainError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
