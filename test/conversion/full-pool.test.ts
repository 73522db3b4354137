import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../conversion/effects.ts";
import { unlimitedRate } from "../../conversion/limits/bandwidth.ts";
import { openRbd } from "../../conversion/rbd/rbd.ts";
import { fullPool } from "../../conversion/rbd/full-pool.ts";
import { Settings } from "../../conversion/settings.ts";
import { makeDatastore, makeRaw, sourceOf } from "./support/disks.ts";
import { meddlingRate } from "./support/meddle.ts";
import { access, commands, needLab, tool } from "./support/tools.ts";
import { resultOf, runImport } from "./support/world.ts";

/** A pool of its own, so that nobody else runs out of room. client.cinder of the lab may not use it: admin does. */
const POOL = `wavelift-test-full-${process.pid}`;
const own = { ...access, pool: POOL, user: "admin" };
const VOLUME = "00000000-0000-4000-8000-00000000f011";

describe("an import into a full pool", function () {
  this.timeout(120_000);
  let datastore: ReturnType<typeof makeDatastore>;

  before(async () => {
    await needLab();
    datastore = makeDatastore();
    makeRaw(join(datastore.folder, "disk.raw"));
    tool("ceph", "osd", "pool", "create", POOL, "1", "1");
    tool("ceph", "osd", "pool", "application", "enable", POOL, "rbd");
    tool("rbd", "--pool", POOL, "create", "--size", "1G", `volume-${VOLUME}`);
    tool("rbd", "--pool", POOL, "create", "--size", "1G", "ballast");
    tool("qemu-io", "-f", "raw", "-c", "write -P 1 0 8M", `rbd:${POOL}/ballast:id=admin`);
  });
  after(async () => {
    await quota(0);
    tool("ceph", "config", "set", "mon", "mon_allow_pool_delete", "true");
    for (let tries = 0; tries < 20 && tryTool(); tries += 1) await sleep(500);
    tool("ceph", "config", "rm", "mon", "mon_allow_pool_delete");
    datastore.remove();
  });
  /** Whether the pool is still there: the monitors take a moment to know that it may be removed. */
  const tryTool = (): boolean => {
    try {
      tool("ceph", "osd", "pool", "rm", POOL, POOL, "--yes-i-really-really-mean-it");
      return false;
    } catch {
      return true;
    }
  };

  /** Sets the quota and waits until the pool is called full, or no longer. */
  async function quota(bytes: number): Promise<void> {
    tool("ceph", "osd", "pool", "set-quota", POOL, "max_bytes", String(bytes));
    for (let tries = 0; ((await fullPool(commands, own)) !== null) !== bytes > 0; tries += 1) {
      assert.ok(tries < 120, "Ceph did not notice the quota within 60 s");
      await sleep(500);
    }
  }
  const input = (rate = unlimitedRate) => ({
    datastore: datastore.folder,
    source: sourceOf("disk.raw", "raw"),
    volumeId: VOLUME,
    job: { sliceMiB: 32 },
    world: {
      rate,
      settings: Settings.parse({ version: 1, datastores: { ds: datastore.folder }, storage: { lab: own }, threads: 4 }),
      clock: { ...systemClock, sleep: (ms: number) => sleep(Math.min(ms, 500)) },
    },
  });

  it("ends with the reason when it fills up in mid-copy, is not begun while it is full, and goes on afterwards", async () => {
    const fillUp = meddlingRate(async (count) => {
      if (count === 3) await quota(1024 * 1024);
    });
    await assert.rejects(runImport(input(fillUp)), /pool wavelift-test-full-\d+ is full: its quota \(1048576 bytes/);
    await assert.rejects(runImport(input()), /is full: its quota .* Make room or raise the quota/);
    await quota(0);
    // The writer was ended while it waited: its watch on the image stays for half a minute, unless it is fenced.
    const { outcome } = await runImport(input());
    assert.equal(resultOf(outcome), "copied");
    assert.equal((await openRbd(commands, own).watchers(`volume-${VOLUME}`)).length, 0);
  });
});
