import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { holdsPattern, isIdentical, randomDisk, scribble } from "./disks.ts";
import { testVm } from "./vms.ts";
import { Workspace } from "./workspace.ts";

const MIB = 2 ** 20;
const proof = "/tmp/wavelift-hostile-name-ran";
const hostileName = `x$(touch ${proof})\`touch ${proof}\`; touch ${proof} & "'\\`;
const hostileFile = `we,ird "$(touch wavelift-ran)' file.raw`;

describe("what an import refuses, and names that try to be commands", function () {
  this.timeout(1_200_000);
  const wave = new Workspace("test-refused");

  before(async () => {
    await wave.open();
    for (const name of ["data.raw", hostileFile]) await randomDisk(path.join(wave.datastore, name), 40, 8);
    wave.writeVm(testVm("refused1", 64, [{ file: "data.raw", capacityBytes: 40 * MIB }]));
    wave.writeVm(testVm("refused2", 65, [{ file: "data.raw", capacityBytes: 40 * MIB }]));
    wave.writeVm(
      testVm("hostile1", 66, [{ file: hostileFile, capacityBytes: 40 * MIB, label: hostileName }], {
        name: hostileName,
      }),
    );
    wave.writePlan({ "test-refused": { target: "lab", vms: { refused1: {}, refused2: {}, hostile1: {} } } });
    await wave.plan();
  });
  after(() => wave.close());

  it("refuses an image with data that no ledger explains and one of another size; the others go on", async () => {
    // A conversion host that does not see the datastore: the volumes are made, and no import begins.
    wave.writeRunners({});
    const blind = await wave.up();
    assert.notEqual(blind.exitCode, 0);
    assert.match(blind.all, /datastore/);
    wave.writeRunners();
    const volumes = await wave.volumes();
    const strange = volumes.get("refused1-disk-2000") ?? "";
    const resized = volumes.get("refused2-disk-2000") ?? "";
    await scribble(strange, 4 * MIB, 4096, 0x77);
    await execa("rbd", [
      "--id",
      "cinder",
      "--pool",
      "volumes",
      "resize",
      "--size",
      "2G",
      "--no-progress",
      `volume-${resized}`,
    ]);

    const up = await wave.up();
    assert.notEqual(up.exitCode, 0);
    assert.match(up.all, /refused1-disk-2000/);
    assert.match(up.all, /refused2-disk-2000/);
    assert.ok(await holdsPattern(strange, 4 * MIB, 4096, 0x77), "the stranger's data stays");
    assert.ok(
      await isIdentical(path.join(wave.datastore, hostileFile), (await wave.volumes()).get("hostile1-disk-2000") ?? ""),
    );
    // The way on: roll these VMs back, alone, and let them come again.
    wave.writePlan({
      "test-refused": {
        target: "lab",
        vms: { refused1: { phase: "absent" }, refused2: { phase: "absent" }, hostile1: {} },
      },
    });
    await wave.plan();
    const rolledBack = await wave.up();
    assert.equal(rolledBack.exitCode, 0, rolledBack.all);
    assert.deepEqual([...(await wave.volumes()).keys()], ["hostile1-disk-2000"]);
    wave.writePlan({ "test-refused": { target: "lab", vms: { refused1: {}, refused2: {}, hostile1: {} } } });
    await wave.plan();
    const again = await wave.up();
    assert.equal(again.exitCode, 0, again.all);
    const fresh = (await wave.volumes()).get("refused1-disk-2000") ?? "";
    assert.notEqual(fresh, strange);
    assert.ok(await isIdentical(path.join(wave.datastore, "data.raw"), fresh));
  });

  it("let no name of the source run anything", () => {
    assert.equal(existsSync(proof), false);
    assert.equal(existsSync("wavelift-ran"), false);
    assert.equal(existsSync(path.join(wave.datastore, "wavelift-ran")), false);
  });
});
