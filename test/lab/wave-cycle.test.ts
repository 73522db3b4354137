import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { project } from "../../cli/project.ts";
import { imagesOf, leftoversOf } from "../../lab/demo/leftovers.ts";
import { holdsPattern, isIdentical, ledger, randomDisk, scribble } from "./disks.ts";
import { testVm } from "./vms.ts";
import { commandReport, paths, stateValues, Workspace } from "./workspace.ts";

const MIB = 2 ** 20;

/** One wave through its life. The steps build on each other: a wave in the lab is too dear to be made for each. */
describe("a wave, from plan to rollback", function () {
  this.timeout(1_200_000);
  const wave = new Workspace("test-cycle");
  const disk = (name: string): string => path.join(wave.datastore, name);

  before(async () => {
    await wave.open();
    await randomDisk(disk("one.raw"), 100, 40);
    await randomDisk(disk("two.raw"), 33, 33);
    wave.writeVm(
      testVm("cycle1", 61, [
        { file: "one.raw", capacityBytes: 100 * MIB },
        { file: "two.raw", capacityBytes: 33 * MIB },
      ]),
    );
    wave.writePlan({ "test-cycle": { target: "lab", vms: { cycle1: {} } } });
  });
  after(() => wave.close());

  /** A second VM that wants the first one's address. */
  const clashing = () => ({
    ...testVm("cycle2", 62, [{ file: "two.raw", capacityBytes: 33 * MIB }]),
    nics: testVm("x", 61, []).nics,
  });

  it("declares nothing for a Critical concern while none of its VMs has begun", async () => {
    wave.writeVm(clashing());
    wave.writePlan({ "test-cycle": { target: "lab", vms: { cycle1: {}, cycle2: {} } } });
    const planned = await wave.wavelift("plan", "test-cycle");
    assert.equal(planned.exitCode, 2, planned.all);
    const up = await wave.up();
    assert.notEqual(up.exitCode, 0, up.all);
    assert.match(up.all, /cycle2: .*10\.20\.0\.61/);
    assert.equal((await wave.volumes()).size, 0);
    wave.writePlan({ "test-cycle": { target: "lab", vms: { cycle1: {} } } });
  });

  it("plans, previews without touching anything, and fills the volumes", async () => {
    await wave.plan();
    const preview = await wave.preview();
    assert.equal(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /cycle1-import-2000/);
    assert.equal((await wave.volumes()).size, 0);

    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    const volumes = await wave.volumes();
    assert.deepEqual([...volumes.keys()].sort(), ["cycle1-disk-2000", "cycle1-disk-2001"]);
    assert.ok(await isIdentical(disk("one.raw"), volumes.get("cycle1-disk-2000") ?? ""));
    assert.ok(await isIdentical(disk("two.raw"), volumes.get("cycle1-disk-2001") ?? ""));
    assert.equal((await ledger(volumes.get("cycle1-disk-2000") ?? ""))?.state, "sealed");
  });

  it("keeps the old address and MAC on the port", async () => {
    const ports = (await wave.offers())
      .flatMap((offer) => offer.ports)
      .filter(({ mark }) => mark?.stack === "wavelift/test-cycle");
    assert.deepEqual(
      ports.map(({ macAddress, fixedIps }) => [macAddress, fixedIps.map(({ ipAddress }) => ipAddress)]),
      [["00:50:56:0b:00:3d", ["10.20.0.61"]]],
    );
  });

  it("previews no change after up", async () => {
    const preview = await wave.preview("--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.all);
    const check = await wave.wavelift("plan", "test-cycle", "--check");
    assert.equal(check.exitCode, 0, check.all);
  });

  it("keeps folders and credentials of this machine out of the state", async () => {
    // Inputs and outputs: what differences are made of. (The SDK notes source positions beside them; they change nothing.)
    const values = JSON.stringify(await stateValues(wave));
    assert.match(values, /cycle1-import-2000/);
    for (const secretOrPlace of [project, wave.folder, paths.home, "auth_url", "127.0.0.1"])
      assert.ok(!values.includes(secretOrPlace), `the state holds ${secretOrPlace}`);
  });

  it("never imports again for an edited label, option or path", async () => {
    const volume = (await wave.volumes()).get("cycle1-disk-2000") ?? "";
    // What a running server would have written since: an import of any kind would take it away.
    await scribble(volume, 8 * MIB, 4096, 0x5a);
    const estate = path.join(wave.inventory, "estate", "cycle1.json");
    writeFileSync(
      estate,
      readFileSync(estate, "utf8").replace('"Hard disk 1"', '"System disk"').replace('"one.raw"', '"./one.raw"'),
    );
    const planned = await wave.plan();
    assert.match(planned.all, /disk 2000 source: .*one\.raw.*\.\/one\.raw.*: is not applied/);
    // The plan lets none of it through; a file edited by hand does.
    const file = path.join(wave.inventory, "waves", "test-cycle.json");
    const written = readFileSync(file, "utf8");
    assert.doesNotMatch(written, /System disk|\.\/one\.raw/);
    writeFileSync(file, written.replace('"Hard disk 1"', '"System disk"').replace('"one.raw"', '"./one.raw"'));
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    // The edit reached the Command, and what ran was `sync`, which leaves a sealed disk alone; `import` would show here.
    const report = (await commandReport(wave, "cycle1-import-2000")) as { verb?: string };
    assert.equal(report.verb, "sync");
    assert.ok(await holdsPattern(volume, 8 * MIB, 4096, 0x5a));
    assert.equal((await wave.volumes()).get("cycle1-disk-2000"), volume);
  });

  it("stops at preview for a Critical concern, and says which VM and why", async () => {
    wave.writePlan({ "test-cycle": { target: "lab", vms: { cycle1: {}, cycle2: {} } } });
    const check = await wave.wavelift("plan", "test-cycle", "--check");
    assert.equal(check.exitCode, 2, check.all);
    assert.match(check.all, /cycle2: none -> planned/);
    const planned = await wave.wavelift("plan", "test-cycle");
    assert.equal(planned.exitCode, 2, planned.all);
    const preview = await wave.preview();
    assert.notEqual(preview.exitCode, 0);
    assert.match(preview.all, /cycle2: .*10\.20\.0\.61/);
    assert.doesNotMatch(preview.all, /at .*\.ts:\d+/, "a user's fault shows no stack");
    const up = await wave.up();
    assert.notEqual(up.exitCode, 0);
    assert.equal((await wave.volumes()).size, 2);
  });

  it("goes on without an excluded VM", async () => {
    wave.writePlan({ "test-cycle": { target: "lab", vms: { cycle1: {}, cycle2: {} }, exclude: ["cycle2"] } });
    await wave.wavelift("plan", "test-cycle");
    const preview = await wave.preview();
    assert.equal(preview.exitCode, 0, preview.all);
    assert.doesNotMatch(preview.all, /cycle2-disk/);
  });

  it("stops at preview for a policy violation", async () => {
    wave.writePlan({ "test-cycle": { target: "lab", vms: { cycle1: {} } } });
    await wave.plan();
    writeFileSync(wave.policyConfig, JSON.stringify({ "allowed-volume-types": { allowed: ["gold"] } }));
    const preview = await wave.preview();
    assert.notEqual(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /allowed-volume-types/);
    assert.match(preview.all, /cycle1/);
    writeFileSync(wave.policyConfig, "{}");
  });

  it("says when the policy pack was not given", async () => {
    const bare = await wave.pulumi("preview", "--stack", "test-cycle");
    assert.equal(bare.exitCode, 0, bare.all);
    assert.match(bare.all, /policy pack was not given/);
    const given = await wave.pulumi("preview", "--stack", "test-cycle", "--policy-pack", "policy");
    assert.doesNotMatch(given.all, /policy pack was not given/);
  });

  it("leaves nothing after destroy", async () => {
    const volumeIds = [...(await wave.volumes()).values()];
    const destroyed = await wave.wavelift(
      "destroy",
      "test-cycle",
      "--yes",
      "--",
      "--non-interactive",
      "--skip-preview",
    );
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    assert.deepEqual(
      (await wave.offers()).flatMap((offer) => leftoversOf(offer, "wavelift/test-cycle")),
      [],
    );
    assert.equal(volumeIds.length, 2);
    assert.deepEqual(await imagesOf(volumeIds), []);
  });
});
