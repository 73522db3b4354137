import assert from "node:assert/strict";
import { readGuests } from "../../lab/guests/build.ts";
import { estateFiles } from "../../lab/estate.ts";
import { randomDisk } from "./disks.ts";
import { testVm } from "./vms.ts";
import { paths, Workspace } from "./workspace.ts";
import path from "node:path";

const MIB = 2 ** 20;

describe("a guest that hangs in its initramfs", function () {
  this.timeout(900_000);
  const wave = new Workspace("test-hang");

  before(async () => {
    await wave.open();
    const guests = (await readGuests()).filter(({ key }) => key === "hang01" || key === "db01");
    for (const vm of await estateFiles(guests, paths)) {
      // Other names and addresses than the demo's, which may stand at the same time.
      const key = vm.key === "hang01" ? "hang1" : "good1";
      wave.writeVm({ ...vm, key, name: key, nics: testVm(key, vm.key === "hang01" ? 67 : 68, []).nics });
    }
    await randomDisk(path.join(wave.datastore, "dep.raw"), 16, 1);
    wave.writeVm(testVm("dep1", 69, [{ file: "dep.raw", capacityBytes: 16 * MIB }]));
    wave.writePlan({
      "test-hang": {
        target: "lab",
        vms: {
          hang1: { boot: true, readyTimeoutSeconds: 100 },
          // Its addresses are inside the guest and are not these, so it proves itself on its console.
          good1: { boot: true, checks: [{ kind: "console", pattern: "login:" }] },
          dep1: { boot: true, dependsOn: ["hang1"] },
        },
      },
    });
    await wave.plan();
  });
  after(() => wave.close());

  it("fails `ready` for itself and its dependents only", async () => {
    const up = await wave.up();
    assert.notEqual(up.exitCode, 0);
    assert.match(up.all, /hang1/);
    assert.match(up.all, /initramfs/i, "the console's end is in the message");
    assert.match(up.stdout, /^ {2}hang1 +failed: ready: not ready after 100 s .*See what it waits for/m);
    assert.match(up.stdout, /^ {2}dep1 +waits for hang1/m);
    assert.match(up.stdout, /^3 VMs: 1 done, 1 failed, 1 waiting\.$/m);
    const servers = (await wave.offers())
      .flatMap((offer) => offer.servers)
      .filter(({ mark }) => mark?.stack === "wavelift/test-hang");
    assert.deepEqual(servers.map(({ name, status }) => [name, status]).sort(), [
      ["good1", "ACTIVE"],
      ["hang1", "ACTIVE"],
    ]);
    const state = await wave.pulumi("stack", "--stack", "test-hang", "--show-urns");
    assert.match(state.all, /good1-ready/);
    assert.doesNotMatch(state.all, /hang1-ready/);
    assert.doesNotMatch(state.all, /compute\/instance:Instance::dep1/);
    assert.match(state.all, /dep1-seal/, "what does not wait for the other VM is done");
  });
});
