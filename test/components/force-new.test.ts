import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { MigrationWave } from "../../components/migration-wave.ts";
import { sharedGroupsOf } from "../../components/shared-groups.ts";
import { registrationsOf, type Registration } from "./registrations.ts";
import { sampleWave } from "./sample-wave.ts";

interface Property {
  readonly willReplaceOnChanges?: boolean | undefined;
  readonly replaceOnChanges?: boolean | undefined;
  readonly $ref?: string | undefined;
  readonly items?: Property | undefined;
  readonly additionalProperties?: Property | undefined;
}
const Property: z.ZodType<Property> = z.lazy(() =>
  z.object({
    willReplaceOnChanges: z.boolean().optional(),
    replaceOnChanges: z.boolean().optional(),
    $ref: z.string().optional(),
    items: Property.optional(),
    additionalProperties: Property.optional(),
  }),
);
const Schema = z.object({
  types: z.record(z.string(), z.object({ properties: z.record(z.string(), Property).optional() })).default({}),
  resources: z.record(z.string(), z.object({ inputProperties: z.record(z.string(), Property).default({}) })),
});

const readSchema = (file: string): z.infer<typeof Schema> => Schema.parse(JSON.parse(readFileSync(file, "utf8")));
/** The schemas of the plugins that the toolchain builds, which are those of the pinned packages. */
const openstack = readSchema("toolchain/go/pulumi/cmd/pulumi-resource-openstack/schema.json");
const command = readSchema("toolchain/go/command/schema.json");

/** Whether a change of the property, or of anything in it, replaces the resource. */
function replaces(schema: z.infer<typeof Schema>, property: Property): boolean {
  if (property.willReplaceOnChanges === true || property.replaceOnChanges === true) return true;
  const type = property.$ref?.startsWith("#/types/") === true ? decodeURIComponent(property.$ref.slice(8)) : "";
  const inner = [property.items, property.additionalProperties, ...Object.values(schema.types[type]?.properties ?? {})];
  return inner.some((one) => one !== undefined && replaces(schema, one));
}

function replacing(schema: z.infer<typeof Schema>, type: string): string[] {
  const inputs = Object.entries(schema.resources[type]?.inputProperties ?? {});
  assert.ok(inputs.length > 0, `the schema does not know ${type}`);
  return inputs.filter(([, property]) => replaces(schema, property)).map(([name]) => name);
}

/**
 * Replacing inputs that are not ignored, each with the reason why that is right. Nothing else may stand here: an edit
 * would take a VM's disk, address or server away.
 */
const deliberate: Record<string, string> = {
  "command:local:Command triggers": "a volume that is another one is imported anew; its import must not be skipped",
  "openstack:compute/instance:Instance metadata": "other image properties need another server, on the same volumes",
};

describe("inputs that replace a resource in the provider's schema", () => {
  let found: Registration[];
  before(async () => {
    found = await registrationsOf(
      (opts) =>
        new MigrationWave(
          "sample",
          { file: sampleWave, vms: sampleWave.vms, stack: "wavelift/sample", groups: sharedGroupsOf("prod") },
          opts,
        ),
    );
  });
  const Options = z.object({
    ignoreChanges: z.array(z.string()).default([]),
    replaceOnChanges: z.array(z.string()).default([]),
  });

  for (const [type, schema] of [
    ["openstack:blockstorage/volume:Volume", openstack],
    ["openstack:networking/port:Port", openstack],
    ["openstack:compute/instance:Instance", openstack],
    ["command:local:Command", command],
  ] as const)
    it(`are all ignored where ${type} sets them, or listed with a reason`, () => {
      const ours = found.filter((one) => one.type === type);
      assert.ok(ours.length > 0);
      const open = ours.flatMap(({ inputs, options }) => {
        const { ignoreChanges, replaceOnChanges } = Options.parse(options);
        const own = replaceOnChanges.map((name) => name.replace(/[.[].*$/, ""));
        return [...replacing(schema, type), ...own].filter(
          (name) => Object.hasOwn(inputs as object, name) && !ignoreChanges.includes(name),
        );
      });
      const expected = Object.keys(deliberate).filter((name) => name.startsWith(`${type} `));
      assert.deepEqual([...new Set(open)].map((name) => `${type} ${name}`).sort(), expected);
    });

  it("include the ones that are known to: the schema is read right", () => {
    assert.ok(replacing(openstack, "openstack:blockstorage/volume:Volume").includes("volumeType"));
    assert.ok(replacing(openstack, "openstack:networking/port:Port").includes("macAddress"));
    assert.ok(replacing(openstack, "openstack:compute/instance:Instance").includes("blockDevices"), "nested ones too");
  });
});
