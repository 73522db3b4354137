import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { sharedGroupsOf, type StandingGroups } from "../../components/shared-groups.ts";
import { sampleWave } from "./sample-wave.ts";
import { MigrationWave } from "../../components/migration-wave.ts";
import { registrationsOf } from "./registrations.ts";

describe("shared groups", () => {
  const { error } = pulumi.log;
  let told: string[];
  beforeEach(() => {
    told = [];
    Object.assign(pulumi.log, {
      error: (line: string) => {
        told.push(line);
        return Promise.resolve();
      },
    });
  });
  afterEach(() => {
    Object.assign(pulumi.log, { error });
    process.exitCode = undefined;
  });

  const portsWith = async (standing: StandingGroups): Promise<number> => {
    const groups = sharedGroupsOf("prod", standing);
    const args = { file: sampleWave, vms: sampleWave.vms, stack: "wavelift/sample", groups };
    const found = await registrationsOf((opts) => new MigrationWave("sample", args, opts));
    return found.filter(({ type }) => type === "openstack:networking/port:Port").length;
  };

  it("that are no longer in the cloud are told of once each, with what to do, and the others go on", async () => {
    const all = await portsWith(() => null);
    assert.deepEqual(told, []);
    const ports = await portsWith((target) => new Set(target === "lab" ? ["group-dbs"] : ["sg-tenant-web"]));
    assert.deepEqual(told, [
      'Security group "web" of target "lab" (sg-lab-web) is no longer in the cloud, though the estate\'s stack "prod" ' +
        "made it. Run `wavelift up prod`: it is made again.",
    ]);
    assert.equal(ports, all);
    assert.equal(process.exitCode, 32, "the run ends as a failed one");
  });
});
