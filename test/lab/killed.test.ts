import assert from "node:assert/strict";
import { execa } from "execa";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOf, type MarkedProcess } from "../kill/processes.ts";
import { isIdentical, ledger, randomDisk } from "./disks.ts";
import { testVm } from "./vms.ts";
import { Workspace } from "./workspace.ts";

const MIB = 2 ** 20;
const SIZE_MIB = 700;

/** Waits until `found` gives a value. @throws after `seconds`. */
async function eventually<T>(what: string, seconds: number, found: () => T | null | Promise<T | null>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const value = await found();
    if (value !== null) return value;
    await sleep(30);
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}

/**
 * One disk, whose import is killed again and again: each `up` starts at once after the last kill, with whatever that has
 * left behind. The steps build on each other: a wave in the lab is too dear to be made for each.
 */
describe("an up that is killed in the middle of an import", function () {
  this.timeout(1_200_000);
  const wave = new Workspace("test-killed");
  const disk = path.join(wave.datastore, "big.raw");
  const marker = path.join(wave.folder, "tmp");
  const volume = async (): Promise<string> => (await wave.volumes()).get("killed1-disk-2000") ?? "";

  before(async () => {
    for (const folder of [marker, `${marker}/run`]) mkdirSync(folder);
    Object.assign(wave.environment, { TMPDIR: marker, WAVELIFT_RUN_DIR: `${marker}/run` });
    await wave.open();
    await randomDisk(disk, SIZE_MIB, SIZE_MIB);
    wave.writeVm(testVm("killed1", 63, [{ file: "big.raw", capacityBytes: SIZE_MIB * MIB }]));
    wave.writePlan({ "test-killed": { target: "lab", vms: { killed1: {} } } });
    await wave.plan();
  });
  after(async () => {
    for (const { pid } of processesOf(marker)) process.kill(pid, "SIGKILL");
    await wave.close();
  });

  /** The process of a role; of launchers the one of the import, of qemu-nbd the one that writes (a dead one is opened
   * again by its own run: test/conversion/kill). */
  const find = (role: MarkedProcess["role"]): MarkedProcess | null =>
    processesOf(marker).find(
      (one) =>
        one.role === role &&
        (role !== "launcher" || one.args.includes("import")) &&
        (role !== "qemu-nbd" || one.args.some((argument) => argument.endsWith("writer.sock"))),
    ) ?? null;

  /** Starts `up`, and kills when bytes are being written; the run must not look like a good one. */
  async function killedUp(kill: (group: number) => void): Promise<void> {
    const current = async () => ledger(await volume()).catch(() => null);
    const earlier = (await current())?.writer?.address;
    const running = wave.start("up", "test-killed", "--yes", "--", "--non-interactive", "--skip-preview");
    await eventually("the copy", 600, async () => {
      if (find("qemu-nbd") === null) return null;
      const now = await current();
      return now?.writer == null || now.writer.address === earlier || now.begun === "" ? null : true;
    });
    kill(running.pid ?? 0);
    const ended = await running;
    assert.notEqual(ended.exitCode, 0, "the killed up must not look like a good one");
  }
  const signalTo = (role: MarkedProcess["role"], signal: NodeJS.Signals) => (): void => {
    process.kill(find(role)?.pid ?? assert.fail(`no ${role} runs`), signal);
  };

  for (const role of ["launcher", "program", "command", "engine"] as const)
    it(`by SIGKILL of the ${role}: the disk does not count as copied`, async () => {
      await killedUp(signalTo(role, "SIGKILL"));
      assert.equal((await ledger(await volume()))?.state, "copying", "a cut copy is not done");
    });

  it("by Ctrl-C: the disk does not count as copied", async () => {
    await killedUp((group) => process.kill(-group, "SIGINT"));
    assert.equal((await ledger(await volume()))?.state, "copying", "a cut copy is not done");
  });

  it("by SIGSTOP of the writer: the next up makes one good copy, and who wakes up late writes not one byte", async () => {
    let program = 0;
    await killedUp((group) => {
      // The program leads a group with the tools that hold writes under way. All else of its run is ended at once; its
      // launcher, too: it would see the engine's death, and end the stopped group by force.
      program = find("program")?.pid ?? assert.fail("no program runs");
      process.kill(-program, "SIGSTOP");
      signalTo("launcher", "SIGKILL")();
      process.kill(-group, "SIGKILL");
    });
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    const id = await volume();
    assert.deepEqual([...(await wave.volumes()).values()], [id], "the same, one volume");
    assert.ok(await isIdentical(disk, id));
    const sealed = await ledger(id);
    assert.equal(sealed?.state, "sealed");

    const rbd = (...args: string[]) => execa("rbd", ["--id", "cinder", ...args]);
    const image = `volumes/volume-${id}`;
    await rbd("snap", "create", "--no-progress", `${image}@late`);
    try {
      process.kill(-program, "SIGCONT");
      await eventually("the end of the old writer", 60, () => (processesOf(marker).length === 0 ? true : null));
      const { stdout } = await rbd("diff", "--from-snap", "late", image, "--format", "json");
      assert.deepEqual(JSON.parse(stdout), [], "the old writer has written");
    } finally {
      await rbd("snap", "rm", "--no-progress", `${image}@late`);
    }
    assert.deepEqual(await ledger(id), sealed);
  });
});
