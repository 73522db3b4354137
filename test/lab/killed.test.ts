import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isIdentical, ledger, randomDisk, watchers } from "./disks.ts";
import { testVm } from "./vms.ts";
import { Workspace } from "./workspace.ts";

const MIB = 2 ** 20;
const SIZE_MIB = 2600;

/** Waits until `found` gives a value. @throws after `seconds`. */
async function eventually<T>(what: string, seconds: number, found: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const value = await found();
    if (value !== null) return value;
    await sleep(200);
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}

/** The pulumi among the descendants of a process. */
function pulumiBelow(pid: number): number | null {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return new RegExp(`^PPid:\\s+${pid}$`, "m").test(readFileSync(`/proc/${name}/status`, "utf8"));
      } catch {
        return false;
      }
    });
  for (const child of children) {
    if (readFileSync(`/proc/${child}/comm`, "utf8").trim() === "pulumi") return Number(child);
    const below = pulumiBelow(Number(child));
    if (below !== null) return below;
  }
  return null;
}

describe("an up that is killed in the middle of an import", function () {
  this.timeout(600_000);
  const wave = new Workspace("test-killed");
  const disk = path.join(wave.datastore, "big.raw");

  before(async () => {
    await wave.open();
    await randomDisk(disk, SIZE_MIB, SIZE_MIB);
    wave.writeVm(testVm("killed1", 63, [{ file: "big.raw", capacityBytes: SIZE_MIB * MIB }]));
    wave.writePlan({ "test-killed": { target: "lab", vms: { killed1: {} } } });
    await wave.plan();
  });
  after(() => wave.close());
  afterEach(async () => {
    await wave.succeed("destroy", "test-killed", "--yes", "--", "--non-interactive", "--skip-preview");
  });

  /** Starts `up`, kills when the copy runs, waits until no writer is left; the volume's id. */
  async function killedUp(kill: (pulumi: number, group: number) => void): Promise<string> {
    const running = wave.start("up", "test-killed", "--yes", "--", "--non-interactive", "--skip-preview");
    const volume = await eventually("the copy", 120, async () => {
      const id = (await wave.volumes()).get("killed1-disk-2000");
      return id !== undefined && (await ledger(id))?.state === "copying" && (await watchers(id)).length > 0 ? id : null;
    });
    const group = running.pid ?? 0;
    kill(pulumiBelow(group) ?? 0, group);
    const ended = await running;
    assert.notEqual(ended.exitCode, 0, "the killed up must not look like a good one");
    await eventually("the end of the writer", 40, async () => ((await watchers(volume)).length === 0 ? true : null));
    assert.equal((await ledger(volume))?.state, "copying", "a cut copy is not done");
    return volume;
  }

  async function oneGoodCopy(volume: string): Promise<void> {
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    assert.deepEqual([...(await wave.volumes()).values()], [volume], "the same, one volume");
    assert.ok(await isIdentical(disk, volume));
    assert.equal((await ledger(volume))?.state, "sealed");
  }

  it("by Ctrl-C: no writer is left, and the next up makes one good copy", async () => {
    const volume = await killedUp((_pulumi, group) => {
      process.kill(-group, "SIGINT");
    });
    await oneGoodCopy(volume);
  });

  it("by SIGKILL of the engine: no writer is left, and the next up makes one good copy", async () => {
    const volume = await killedUp((pulumi) => {
      process.kill(pulumi, "SIGKILL");
    });
    await oneGoodCopy(volume);
  });
});
