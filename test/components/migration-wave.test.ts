import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { EstateGroups } from "../../components/estate-groups.ts";
import { MigrationWave } from "../../components/migration-wave.ts";
import { sharedGroupsOf } from "../../components/shared-groups.ts";
import { Plan } from "../../inventory/schema/plan.ts";
import { registrationsOf, type Registration } from "./registrations.ts";
import { sampleWave } from "./sample-wave.ts";

const declareSample = (): Promise<Registration[]> =>
  registrationsOf(
    (opts) =>
      new MigrationWave(
        "sample",
        {
          file: sampleWave,
          vms: sampleWave.vms,
          images: sampleWave.images ?? [],
          stack: "wavelift/sample",
          groups: sharedGroupsOf("prod"),
        },
        opts,
      ),
  );

/** Compares with the golden file; WAVELIFT_GOLDEN=write makes it anew (its git diff is the review). */
function matchesGolden(name: string, found: readonly Registration[]): void {
  const file = path.join(import.meta.dirname, "golden", `${name}.json`);
  const text = `${JSON.stringify(found, null, 1)}\n`;
  if (process.env["WAVELIFT_GOLDEN"] === "write") writeFileSync(file, text);
  assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(file, "utf8")));
}

describe("what a wave declares", () => {
  let found: Registration[];
  before(async () => {
    found = await declareSample();
  });
  const commands = (): Registration[] => found.filter(({ type }) => type === "command:local:Command");

  it("is the golden set of resources, inputs and guarding options", () => {
    matchesGolden("wave", found);
  });

  it("gives every Command an update, so that an edit never runs its create again", () => {
    assert.ok(commands().length > 10);
    for (const { name, inputs } of commands())
      assert.ok((inputs as { update?: string }).update, `${name} has no update: any edit would import again`);
  });

  it("runs one constant, relative launcher without a shell", () => {
    for (const { inputs } of commands())
      assert.deepEqual((inputs as { interpreter: unknown }).interpreter, ["node", "bin/convert.mjs"]);
  });

  it("declares nothing of an absent VM", () => {
    assert.deepEqual(
      found.filter(({ name }) => name.startsWith("gone")),
      [],
    );
  });

  it("declares of a template its image and nothing else, and of an absent one nothing", () => {
    const of = (key: string) =>
      found.filter(({ name }) => name.startsWith(key)).map(({ name, type }) => `${type} ${name}`);
    const declared = ["command:local:Command golden-image", "wavelift:index:MigratedImage golden"];
    assert.deepEqual(of("golden").sort(), declared);
    assert.deepEqual(of("never"), []);
  });

  it("copies a precopy VM and boots nothing", () => {
    const types = new Set(found.filter(({ name }) => name.startsWith("pre")).map(({ type }) => type));
    assert.ok(types.has("openstack:blockstorage/volume:Volume"));
    assert.ok(!types.has("openstack:compute/instance:Instance") && !types.has("openstack:networking/port:Port"));
  });

  it("gives the providers the name of the cloud only", () => {
    const providers = found.filter(({ type }) => type === "pulumi:providers:openstack");
    assert.equal(providers.length, 2);
    for (const { inputs } of providers)
      assert.deepEqual(
        Object.keys(inputs as object).filter((key) => key !== "version"),
        ["cloud"],
      );
  });
});

describe("what the estate's own stack declares", () => {
  let found: Registration[];
  before(async () => {
    const plan = Plan.parse({
      version: 1,
      targets: { lab: { cloud: "lab" }, tenant: { cloud: "lab-tenant" } },
      waves: {},
      securityGroups: {
        web: {
          description: "web servers",
          rules: [
            { direction: "ingress", protocol: "tcp", ports: 443, remoteCidr: "0.0.0.0/0" },
            { direction: "ingress", protocol: "tcp", ports: "8000-8100", remoteGroup: "db" },
          ],
        },
        db: { rules: [{ direction: "egress", protocol: "udp", ports: 53 }] },
        only: { targets: ["tenant"] },
      },
      serverGroups: { dbs: { policy: "anti-affinity", targets: ["lab"] } },
    });
    found = await registrationsOf((opts) => new EstateGroups("estate", { plan, stack: "wavelift/prod" }, opts));
  });

  it("is the golden set of resources", () => {
    matchesGolden("estate", found);
  });

  it("puts a guard before every group and its rules, and one before all of a target", () => {
    const Guard = z.object({
      inputs: z.object({ environment: z.record(z.string(), z.string()), triggers: z.array(z.string()) }),
      options: z.object({ dependsOn: z.array(z.string()) }),
    });
    const before = (name: string) => {
      const { inputs, options } = Guard.parse(found.find((one) => one.name === name));
      const ids: unknown = JSON.parse(inputs.environment["WAVELIFT_GROUP_IDS"] ?? "");
      return { ids, triggers: inputs.triggers, dependsOn: options.dependsOn.toSorted() };
    };
    assert.deepEqual(before("guard-security-group-lab-web"), {
      ids: { securityGroups: { web: "lab-web-id" }, serverGroups: {} },
      triggers: ["lab-web-id"],
      dependsOn: ["lab-web", "lab-web-ingress-IPv4-tcp-443-0.0.0.0/0", "lab-web-ingress-IPv4-tcp-8000-8100-db"],
    });
    assert.deepEqual(before("guard-server-group-lab-dbs"), {
      ids: { securityGroups: {}, serverGroups: { dbs: "lab-group-dbs-id" } },
      triggers: ["lab-group-dbs-id"],
      dependsOn: ["lab-group-dbs"],
    });
    const groups = found.filter(({ name, type }) => name.startsWith("lab-") && type.startsWith("openstack:"));
    const guards = found.filter(({ name }) => /^guard-(security|server)-group-lab-/.test(name));
    assert.equal(groups.length, 6);
    assert.deepEqual(before("guard-target-lab"), {
      ids: { securityGroups: { db: "lab-db-id", web: "lab-web-id" }, serverGroups: { dbs: "lab-group-dbs-id" } },
      // An edit of the plan is no reason for a new one: its delete would then ask for all groups in the middle of `up`.
      triggers: [],
      dependsOn: [...groups, ...guards].map(({ name }) => name).sort(),
    });
  });
});
