import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../conversion/effects.ts";
import type { ImportJob } from "../../conversion/job.ts";
import { fileLocks } from "../../conversion/limits/file-locks.ts";
import { radosLocks } from "../../conversion/limits/rados-locks.ts";
import { makeDatastore, makeRaw, MIB, sourceOf } from "./support/disks.ts";
import { holds, makeImage, removeImages } from "./support/images.ts";
import { processesWith, startStage, until, type Stage } from "./support/launch.ts";
import { startOpenStack, type FakeOpenStack } from "./support/openstack.ts";
import { access, commands, needLab, tool } from "./support/tools.ts";
import { freshVolume, importJob } from "./support/world.ts";

describe("limits, with launchers and Ceph", function () {
  this.timeout(600_000);
  let folder: string;
  let store: ReturnType<typeof makeDatastore>;
  let openstack: FakeOpenStack;
  before(async () => {
    await needLab();
    folder = mkdtempSync(join(tmpdir(), "wavelift-limits-"));
    store = makeDatastore();
    openstack = await startOpenStack();
  });
  after(async () => {
    await removeImages();
    await openstack.close();
    store.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("hold for six launchers of two stacks: never more than two disks of the datastore at once", async () => {
    const env = { WAVELIFT_RUN_DIR: join(folder, "run") };
    const held = await fileLocks(env).take(
      ["a", "b"].map(() => ({ id: "datastore/ds", count: 2 })),
      "a test",
    );
    assert.ok(held);
    const sizes = [56, 60, 64, 68, 72, 76];
    const runs: { image: string; raw: string; stage: Stage }[] = [];
    for (const [index, mib] of sizes.entries()) {
      const raw = makeRaw(join(store.folder, `d${index}.raw`), mib * MIB);
      const { volumeId, image } = makeImage();
      const change: Partial<ImportJob> = {
        stack: `wavelift/wave-${index % 2}`,
        disk: `vm${index}-disk-2000`,
        sliceMiB: 16,
      };
      const job = importJob(sourceOf(`d${index}.raw`, "raw", mib * MIB), change);
      openstack.add(freshVolume(job, volumeId));
      const settings = { limits: { datastore: 5, datastores: { ds: 2 } }, slots: 4 };
      const { cloudsYaml } = openstack;
      const options = { folder, datastore: store.folder, cloudsYaml, settings, env: { WAVELIFT_VOLUME_ID: volumeId } };
      runs.push({ image, raw, stage: startStage("import", job, options) });
    }
    const over = new AbortController();
    let most = 0;
    const waiting = join(folder, "run", "limits", "waiting");
    await until("all six wait", () => existsSync(waiting) && readdirSync(waiting).length === 6, 400);
    await held.release();
    const watch = (async () => {
      while (!over.signal.aborted) {
        const copying = runs.filter(({ image }) => processesWith(image).some(({ args }) => args[0] === "qemu-nbd"));
        most = Math.max(most, copying.length);
        await sleep(50);
      }
    })();
    const ends = await Promise.all(runs.map(async (run) => ({ ...run, end: await run.stage.ended })));
    over.abort();
    await watch;
    for (const { end, image, raw } of ends) {
      assert.equal(end.code, 0, end.stderr);
      assert.equal(await holds(image, raw), true);
    }
    assert.ok(most >= 1 && most <= 2, `${most} copied at once`);
    const waited = ends.filter(({ end }) =>
      /waiting for a slot: the datastore ds \(2 disks at a time\)/.test(end.stderr),
    );
    assert.ok(waited.length >= 3, `${waited.length} have said what they wait for`);
  });

  it("of bandwidth make a copy slower, and the host knows how many share it while they copy", async () => {
    const raw = makeRaw(join(store.folder, "slow.raw"));
    const { volumeId, image } = makeImage();
    const job = importJob(sourceOf("slow.raw", "raw"));
    openstack.add(freshVolume(job, volumeId));
    const settings = { bandwidth: { hours: [{ days: "mon-sun", from: "00:00", to: "24:00", mibPerSecond: 1 }] } };
    const { cloudsYaml } = openstack;
    const options = { folder, datastore: store.folder, cloudsYaml, settings, env: { WAVELIFT_VOLUME_ID: volumeId } };
    const stage = startStage("import", job, options);
    await until("the copy has begun", () => stage.stderr().includes("copying"), 100);
    const startMs = Date.now();
    await until("it is counted", () => readdirSync(join(folder, "run", "limits", "copies")).length === 1, 30);
    const end = await stage.ended;
    assert.equal(end.code, 0, end.stderr);
    // Seven blocks of 4 MiB hold data; a second's worth and one block come at once.
    assert.ok(Date.now() - startMs > 15_000, `it took ${Date.now() - startMs} ms`);
    assert.equal(await holds(image, raw), true);
    assert.deepEqual(readdirSync(join(folder, "run", "limits", "copies")), []);
  });

  describe("in Ceph, for several machines", () => {
    const name = `test-${process.pid}`;
    const limit = { id: `esxiHost/${name}`, count: 1 };
    const other = { id: `datastore/${name}`, count: 1 };
    /** Each machine has a run folder of its own. */
    const machine = (lines: string[] = []) => {
      const env = { WAVELIFT_RUN_DIR: mkdtempSync(join(folder, "machine-")) };
      const around = {
        commands,
        clock: systemClock,
        log: (line: string) => lines.push(line),
        env,
        goOn: () => undefined,
      };
      return radosLocks(access, around);
    };

    it("what one machine has taken the other has not, all or none, until it is given back", async () => {
      const [one, two] = [machine(), machine()];
      const held = await one.take([limit], "d1");
      assert.ok(held);
      assert.equal((await two.look())(limit), 1);
      assert.equal(await two.take([other, limit], "d2"), null);
      assert.equal((await machine().look())(other), 0, "a part of it was kept");
      await held.release();
      const second = await two.take([other, limit], "d2");
      assert.ok(second);
      assert.equal((await machine().look())(limit), 1);
      await second.release();
      assert.equal((await machine().look())(limit), 0);
    });
    it("of two at the same moment at most one has it", async () => {
      for (let round = 0; round < 3; round++) {
        const both = await Promise.all([machine().take([limit], "a"), machine().take([limit], "b")]);
        const held = both.filter((one) => one !== null);
        assert.ok(held.length <= 1, "both have it");
        for (const one of held) await one.release();
      }
    });
    it("what a machine that died has taken is free again when it expires", async () => {
      const login = ["--conf", access.conf, "--id", access.user, "--pool", access.pool];
      const description = JSON.stringify({ limits: [limit.id] });
      const how = ["--lock-type", "shared", "--lock-tag", "copies", "--lock-duration", "4"];
      tool(
        "rados",
        ...login,
        "lock",
        "get",
        "wavelift.limits",
        "copies",
        "--lock-cookie",
        name,
        ...how,
        "--lock-description",
        description,
      );
      assert.equal(await machine().take([limit], "d"), null);
      await sleep(5000);
      const held = await machine().take([limit], "d");
      assert.ok(held);
      await held.release();
    });
    it("says what is missing where Ceph cannot be asked, and ends when the run does", async () => {
      const lines: string[] = [];
      const env = { WAVELIFT_RUN_DIR: mkdtempSync(join(folder, "machine-")) };
      let looks = 0;
      const goOn = (): void => {
        if (++looks > 1) throw new Error("cancelled");
      };
      const locks = radosLocks(
        { ...access, conf: "/nowhere/ceph.conf" },
        { commands, clock: systemClock, log: (line) => lines.push(line), env, goOn },
      );
      await assert.rejects(locks.look(), /cancelled/);
      assert.match(
        lines.join(),
        /`locks` of runners\.yaml: rados lock info in the pool volumes \(client\.cinder, \/nowhere\/ceph\.conf\) failed/,
      );
    });
  });
});
