import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ensureToolchain } from "../../toolchain/ensure.ts";
import { fits, parts } from "../../toolchain/parts.ts";
import { run } from "../../toolchain/run.ts";

const Schema = z.object({
  resources: z.record(
    z.string(),
    z.object({ inputProperties: z.record(z.string(), z.unknown()), properties: z.record(z.string(), z.unknown()) }),
  ),
});
const Plugins = z.array(z.object({ name: z.string(), kind: z.string(), version: z.string() }));

describe("the ensured toolchain of this machine", function () {
  this.timeout("30m"); // the first run on a machine builds it

  it("runs, in a version that fits, and has both plugins", async () => {
    const toolchain = await ensureToolchain();
    const version = await run("pulumi", ["version"], { env: toolchain.env });
    assert.equal(version.exitCode, 0, version.stderr);
    assert.ok(fits(parts.cli, version.stdout.trim()), `pulumi version: ${version.stdout}`);
    const list = await run("pulumi", ["plugin", "ls", "--json"], { env: toolchain.env });
    const plugins = Plugins.parse(JSON.parse(list.stdout));
    for (const { name, version: wanted } of [parts.openstack, parts.command]) {
      assert.ok(
        plugins.some((one) => one.kind === "resource" && one.name === name && one.version === wanted),
        `${name} ${wanted} is not in ${list.stdout}`,
      );
    }
  });

  it("has plugins that describe themselves in their own version", async () => {
    const { env } = await ensureToolchain();
    for (const part of [parts.openstack, parts.command]) {
      const answer = await run("pulumi", ["package", "get-schema", `${part.name}@${part.version}`], { env });
      const schema = z.object({ name: z.string(), version: z.string() }).parse(JSON.parse(answer.stdout));
      assert.deepEqual([schema.name, schema.version], [part.name, part.version], join(part.name, answer.stderr));
    }
  });

  it("has a command plugin with all that npm's @pulumi/command 1.2.1 sends and reads", async () => {
    const recorded = fileURLToPath(new URL("../../toolchain/go/command/schema.json", import.meta.url));
    const wanted = Schema.parse(JSON.parse(await readFile(recorded, "utf8")));
    const { env } = await ensureToolchain();
    const answer = await run("pulumi", ["package", "get-schema", "command@1.2.1"], { env });
    const found = Schema.parse(JSON.parse(answer.stdout));
    const names = (schema: z.infer<typeof Schema>): string[] =>
      Object.entries(schema.resources).flatMap(([token, one]) => [
        ...Object.keys(one.inputProperties).map((name) => `${token} in ${name}`),
        ...Object.keys(one.properties).map((name) => `${token} out ${name}`),
      ]);
    assert.ok(names(wanted).includes("command:local:Command in logging"));
    assert.deepEqual(
      names(wanted).filter((name) => !names(found).includes(name)),
      [],
    );
  });
});
