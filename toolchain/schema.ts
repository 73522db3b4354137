import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { streamProgress } from "./progress.ts";
import { run } from "./run.ts";
import { goCommand } from "./trim.ts";

const folder = fileURLToPath(new URL("go/pulumi/", import.meta.url));
const schemaFile = join(folder, "cmd/pulumi-resource-openstack/schema.json");
const inputsFile = join(folder, "cmd/pulumi-resource-openstack/schema-inputs.json");

/** Modules that decide what the schema says. */
const deciding = [
  "github.com/pulumi/pulumi-terraform-bridge/v3",
  "github.com/terraform-provider-openstack/terraform-provider-openstack",
  "github.com/hashicorp/terraform-plugin-sdk/v2",
];

const SchemaInputs = z.strictObject({
  version: z.literal(1),
  /** SHA-256 of mapping.go and of schema.json. */
  mapping: z.string(),
  schema: z.string(),
  /** The lines of go.mod about the deciding modules. */
  modules: z.array(z.string()),
});

/** What the schema in the tree was made from. */
export type SchemaInputs = z.infer<typeof SchemaInputs>;

async function sha256(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

/** What a schema made now would be made from. Cheap: nothing is compiled. */
export async function currentSchemaInputs(): Promise<SchemaInputs> {
  const lines = (await readFile(join(folder, "go.mod"), "utf8")).split("\n").map((line) => line.trim());
  return {
    version: 1,
    mapping: await sha256(join(folder, "mapping/mapping.go")),
    schema: await sha256(schemaFile),
    modules: lines.filter((line) => deciding.some((name) => line.replace(/^replace /, "").startsWith(`${name} `))),
  };
}

/** What the schema in the tree was made from, as its maker wrote it down. */
export async function recordedSchemaInputs(): Promise<SchemaInputs> {
  return SchemaInputs.parse(JSON.parse(await readFile(inputsFile, "utf8")));
}

/**
 * Makes schema.json anew, and the record of what it was made from. The schema tool needs the versions of Pulumi and of
 * the table printer that the bridge asks for, not the CLI's: it is built in a copy without those replacements.
 */
export async function regenerateSchema(): Promise<void> {
  const progress = streamProgress(process.stderr);
  const work = await mkdtemp(join(tmpdir(), "wavelift-schema-"));
  try {
    await cp(folder, work, { recursive: true });
    const cliOnly = [
      "github.com/pulumi/pulumi/pkg/v3",
      "github.com/pulumi/pulumi/sdk/v3",
      "github.com/olekukonko/tablewriter",
    ];
    await goCommand(run, work, ["mod", "edit", ...cliOnly.flatMap((name) => ["-dropreplace", name])]);
    let compiled = 0;
    progress.line("Building the schema tool: some minutes ...");
    await goCommand(run, work, ["build", "-v", "-o", join(work, "schema-tool"), "./cmd/schema"], () => {
      progress.status(`${++compiled} packages`);
    });
    const made = await run(join(work, "schema-tool"), [schemaFile]);
    if (made.exitCode !== 0) throw new Error(`the schema tool failed: ${made.stderr}`);
    await writeFile(inputsFile, `${JSON.stringify(await currentSchemaInputs(), null, 2)}\n`);
    progress.line(`${schemaFile} is made anew.`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
