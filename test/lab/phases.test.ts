import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import type { CloudOffer } from "../../cloud/offer.ts";
import { bootSectorProperties, makeBootable } from "./boot-sector.ts";
import { isIdentical, ledger, randomDisk } from "./disks.ts";
import { testVm } from "./vms.ts";
import { Workspace } from "./workspace.ts";

const MIB = 2 ** 20;
const WAVE = "test-phases";

/** One wave whose VMs come, go and come again. The steps build on each other. */
describe("phases, one VM at a time", function () {
  this.timeout(1_200_000);
  const wave = new Workspace(WAVE);
  const disk = (key: string): string => path.join(wave.datastore, `${key}.raw`);
  const vm = (key: string, last: number, more: object = {}) =>
    testVm(key, last, [{ file: `${key}.raw`, capacityBytes: 8 * MIB }], more);
  const on = { powerState: "poweredOn", toolsState: "running" };

  before(async () => {
    await wave.open();
    for (const key of ["ph-db", "ph-app"]) {
      await randomDisk(disk(key), 8, 4);
      await makeBootable(disk(key));
    }
    wave.writeVm(vm("ph-db", 214, on));
    wave.writeVm(vm("ph-app", 215));
    wave.writeVm(vm("ph-out", 216));
  });
  after(() => wave.close());

  /** Plans and migrates with these overrides; what both printed. */
  async function run(vms: Record<string, object>): Promise<string> {
    const defaults = { imageProperties: bootSectorProperties };
    wave.writePlan({ [WAVE]: { target: "lab", defaults, vms: { "ph-db": {}, "ph-app": {}, "ph-out": {}, ...vms } } });
    const planned = await wave.plan();
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    return `${planned.all}\n${up.all}`;
  }

  /** Ids of what carries the wave's mark, by key. */
  async function found(list: "servers" | "volumes" | "ports"): Promise<Record<string, string>> {
    const offers: CloudOffer[] = await wave.offers();
    const ours = offers.flatMap((offer) => offer[list].filter(({ mark }) => mark?.stack === `wavelift/${WAVE}`));
    return Object.fromEntries(ours.map(({ id, mark }) => [mark?.key ?? "", id]));
  }

  const out = { "ph-out": { exclude: true } };
  let first: Record<string, string> = {};

  it("gives a VM that is off at the source its volume and port and no server, and an excluded one nothing", async () => {
    await run(out);
    assert.deepEqual(Object.keys(await found("volumes")).sort(), ["ph-app-disk-2000", "ph-db-disk-2000"]);
    assert.deepEqual(Object.keys(await found("ports")).sort(), ["ph-app", "ph-db"]);
    first = await found("servers");
    assert.deepEqual(Object.keys(first), ["ph-db"]);
    assert.equal((await ledger((await wave.volumes()).get("ph-app-disk-2000") ?? ""))?.state, "sealed");
  });

  it("boots it when the plan says so, after the one it depends on, whose source is off and silent by now", async () => {
    const silent = vm("ph-db", 214, { toolsState: "notRunning" });
    wave.writeVm({ ...silent, nics: silent.nics.map((nic) => ({ ...nic, addresses: [] })) });
    const said = await run({ ...out, "ph-app": { boot: true, dependsOn: ["ph-db"] }, "ph-db": { generation: 2 } });
    assert.match(said, /ph-db: .*\[plan\.held\].*boot stays true.*addresses stays 10\.20\.0\.214/);
    assert.match(said, /ph-db generation: 1 -> 2: is not applied/);
    const servers = await found("servers");
    assert.deepEqual(Object.keys(servers).sort(), ["ph-app", "ph-db"]);
    assert.equal(servers["ph-db"], first["ph-db"], "the running server was replaced");
  });

  it("rolls one VM back though its facts are gone, and leaves the one that depends on it alone", async () => {
    rmSync(path.join(wave.inventory, "estate", "ph-db.json"));
    const before = await found("servers");
    const said = await run({
      ...out,
      "ph-app": { boot: true, dependsOn: ["ph-db"] },
      "ph-db": { phase: "absent", generation: 2 },
    });
    assert.match(said, /ph-app: .*\[dependency\.missing\].*ph-db, which is in phase absent/);
    assert.deepEqual(await found("servers"), { "ph-app": before["ph-app"] });
    assert.deepEqual(Object.keys(await found("volumes")), ["ph-app-disk-2000"]);
    assert.deepEqual(Object.keys(await found("ports")), ["ph-app"]);
  });

  it("migrates it anew as another generation", async () => {
    wave.writeVm(vm("ph-db", 214, on));
    const before = await found("servers");
    await run({ ...out, "ph-app": { boot: true, dependsOn: ["ph-db"] }, "ph-db": { generation: 2 } });
    const servers = await found("servers");
    assert.deepEqual([Object.keys(servers).sort(), servers["ph-app"]], [["ph-app", "ph-db"], before["ph-app"]]);
    const volume = (await wave.volumes()).get("ph-db-disk-2000") ?? "";
    const marks = (await wave.offers()).flatMap(({ volumes }) => volumes).filter(({ id }) => id === volume);
    assert.deepEqual(
      marks.map(({ mark }) => mark?.generation),
      [2],
    );
    assert.equal((await ledger(volume))?.state, "sealed");
    assert.ok(await isIdentical(disk("ph-db"), volume));
    const preview = await wave.preview("--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.all);
  });
});
