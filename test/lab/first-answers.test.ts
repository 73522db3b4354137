import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { fileLocks } from "../../conversion/limits/file-locks.ts";
import { GuestLogin } from "../../lab/demo/guest-proof.ts";
import { estateFiles } from "../../lab/estate.ts";
import { buildGuests, readGuests } from "../../lab/guests/build.ts";
import { randomDisk } from "./disks.ts";
import { testVm } from "./vms.ts";
import { paths, Workspace } from "./workspace.ts";

const WAVE = "test-first";
const ADDRESS = "10.20.0.74";
const MIB = 2 ** 20;
/** Disks of the two other VMs; with the guest's own there are 30. */
const OTHERS = { "first-bulk-a": 15, "first-bulk-b": 14 };
const waitingDisks = Object.values(OTHERS).reduce((sum, count) => sum + count);

/** A VM does not wait for the wave: what it needs is copied, and it is up, while nearly all else has not begun. */
describe("the first VM of a wave", function () {
  this.timeout(1_200_000);
  const wave = new Workspace(WAVE);
  const login = new GuestLogin(path.join(paths.guests, "id_lab"), path.join(wave.folder, "known_hosts"));
  const runFolder = path.join(wave.folder, "run");
  let up: ReturnType<Workspace["start"]> | null = null;
  const hold = () =>
    fileLocks({ WAVELIFT_RUN_DIR: runFolder }).take(
      [{ id: "datastore/test", count: 1 }],
      "a test: another wave's copy",
    );
  const disk = (vm: string, position: number): string => `${vm}-${position}.raw`;

  before(async () => {
    Object.assign(wave.environment, { WAVELIFT_RUN_DIR: runFolder });
    await wave.open();
    const file = path.join(wave.folder, "runners.yaml");
    const settings = z.record(z.string(), z.unknown()).parse(parse(readFileSync(file, "utf8")));
    writeFileSync(file, stringify({ ...settings, limits: { datastores: { test: 1 } } }));
    const guests = await readGuests(path.join(import.meta.dirname, "first-answers.guests.yaml"));
    await buildGuests(guests, paths, () => undefined);
    for (const vm of await estateFiles(guests, paths)) wave.writeVm(vm);
    for (const [index, [vm, count]] of Object.entries(OTHERS).entries()) {
      const disks = Array.from({ length: count }, (_, position) => ({
        ...{ file: disk(vm, position), capacityBytes: 8 * MIB, label: `Hard disk ${position + 1}` },
      }));
      for (const { file: name } of disks) await randomDisk(path.join(wave.datastore, name), 8, 2);
      wave.writeVm(testVm(vm, 75 + index, disks));
    }
    const others = Object.fromEntries(Object.keys(OTHERS).map((vm) => [vm, {}]));
    wave.writePlan({
      [WAVE]: { target: "lab", vms: { tfirst01: { boot: true, checks: [{ kind: "ssh" }] }, ...others } },
    });
    await wave.plan();
  });
  after(async () => {
    if (up !== null) await wave.interrupt(up);
    await wave.close();
  });

  it("answers over ssh while 28 of 30 disks still wait, which say what for", async () => {
    const held = await hold();
    assert.ok(held);
    up = wave.start("up", WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    const state = { ended: false };
    void up.then(() => (state.ended = true));
    let answer = "";
    const end = Date.now() + 600_000;
    while (answer === "") {
      if (state.ended) assert.fail(`it ended early:\n${(await up).all}`);
      assert.ok(Date.now() < end, "the first VM did not answer within 10 min");
      await sleep(1000);
      answer = await login.run(ADDRESS, "hostname").catch(() => "");
    }
    assert.equal(answer.trim(), "tfirst01");
    const waiting = path.join(runFolder, "limits", "waiting");
    const count = existsSync(waiting) ? readdirSync(waiting).length : 0;
    assert.ok(count >= 28, `${count} of ${waitingDisks + 1} disks wait`);
    assert.ok(!state.ended);
    // That they go on then is shown elsewhere (test/conversion/limits-run.test.ts); here it would only take long.
    const run = await wave.interrupt(up);
    up = null;
    await held.release();
    for (const [vm, disks] of Object.entries(OTHERS))
      for (let position = 0; position < disks; position += 1)
        assert.match(run.all, new RegExp(`${vm}-disk-${2000 + position}: waiting for a slot: the datastore test`));
  });
});
