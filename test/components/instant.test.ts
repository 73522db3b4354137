import assert from "node:assert/strict";
import { MigrationWave } from "../../components/migration-wave.ts";
import { sharedGroupsOf } from "../../components/shared-groups.ts";
import type { PlannedVm } from "../../inventory/schema/wave.ts";
import { expectedOf } from "../../outcome/resource-name.ts";
import { registrationsOf, type Registration } from "./registrations.ts";
import { sampleWave } from "./sample-wave.ts";

/** The sample's VMs as registered, each imported at once. */
async function declared(change: Partial<PlannedVm>): Promise<Registration[]> {
  const vms = sampleWave.vms.map((vm): PlannedVm => ({ ...vm, ...change }));
  return registrationsOf(
    (opts) =>
      new MigrationWave(
        "sample",
        { file: { ...sampleWave, vms }, vms, stack: "wavelift/sample", groups: sharedGroupsOf("prod") },
        opts,
      ),
  );
}
const job = ({ inputs }: Registration) => JSON.parse((inputs as { stdin: string }).stdin) as { instant?: boolean };
const verbs = ({ inputs }: Registration) => {
  const { create, update, delete: last } = inputs as Record<string, string>;
  return [create, update, last];
};

describe("what a wave declares for an instant import", () => {
  it("is one commit for each disk, and says it to all that must know", async () => {
    const found = await declared({ instant: true, phase: "cutover" });
    const disks = sampleWave.vms.flatMap((vm) => vm.disks.map(({ deviceKey }) => `${vm.key}-commit-${deviceKey}`));
    const commits = found.filter(({ name }) => /-commit-\d+$/.test(name));
    assert.deepEqual(commits.map(({ name }) => name).sort(), disks.sort());
    for (const commit of commits) {
      assert.deepEqual(verbs(commit), ["commit", "commit", "release"]);
      const imported = found.find(({ name }) => name === commit.name.replace("-commit-", "-import-"));
      assert.ok(imported);
      assert.deepEqual(job(commit), job(imported));
      // It waits for the import and for nothing else: after a reboot it must bring the gateway back, whatever else fails.
      const { dependsOn, deletedWith } = commit.options as { dependsOn: string[]; deletedWith: string };
      assert.deepEqual([dependsOn.length, typeof deletedWith], [1, "string"], JSON.stringify(commit.options));
    }
    for (const stage of found.filter(({ name }) => /-(import-\d+|source)$/.test(name)))
      assert.equal(job(stage).instant, true, stage.name);
    for (const { name, options } of found.filter(({ type }) => type === "openstack:compute/instance:Instance"))
      assert.doesNotMatch(JSON.stringify(options), /-commit-/, `${name} must not wait for the commit`);
    for (const vm of sampleWave.vms.map((one): PlannedVm => ({ ...one, instant: true, phase: "cutover" })))
      for (const { deviceKey } of vm.disks)
        assert.ok(expectedOf(vm).includes(`stage ${vm.key}-commit-${deviceKey}`), "the end of `up` misses it");
  });

  it("is nothing in precopy, which copies first", async () => {
    const found = await declared({ instant: true, phase: "precopy" });
    assert.ok(found.length > 0);
    assert.deepEqual(
      found.filter(({ name, inputs }) => /-commit-/.test(name) || JSON.stringify(inputs).includes('\\"instant\\"')),
      [],
    );
  });
});
