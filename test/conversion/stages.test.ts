import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../conversion/failure.ts";
import type { ImportJob, SealJob } from "../../conversion/job.ts";
import { LEDGER_KEY, type Fingerprint, type Ledger } from "../../conversion/ledger/ledger.ts";
import { inspectSource } from "../../conversion/source/inspect.ts";
import { releaseDisk } from "../../conversion/verbs/release.ts";
import { sealVm } from "../../conversion/verbs/seal.ts";
import { checkSource } from "../../conversion/verbs/source.ts";
import { syncDisk } from "../../conversion/verbs/sync.ts";
import { takeBack } from "../../conversion/verbs/unseal.ts";
import type { Cinder } from "../../conversion/verbs/world.ts";
import { CAPACITY, makeDatastore, makeRaw, sourceOf } from "./support/disks.ts";
import { ledgerOf, makeImage, removeImages } from "./support/images.ts";
import { meddlingCommands } from "./support/meddle.ts";
import { commands, needLab, rbd } from "./support/tools.ts";
import { fakeCinder, freshVolume, importJob, makeWorld, resultOf, STACK } from "./support/world.ts";

const DISKS = ["vm1-disk-2000", "vm1-disk-2001"];
const job: SealJob = {
  version: 1,
  stack: STACK,
  vm: "vm1",
  generation: 1,
  target: "lab",
  cloud: "lab",
  phase: "cutover",
  disks: DISKS,
  sources: DISKS.map((disk) => ({ disk, source: sourceOf(`${disk}.raw`, "raw") })),
  imageProperties: { hw_disk_bus: "scsi", hw_firmware_type: "uefi" },
};
const clock = { now: () => 0, sleep: () => Promise.resolve() };

describe("the stages after the copy", function () {
  this.timeout(30_000);
  const datastore = makeDatastore();
  const fingerprints = new Map<string, Fingerprint>();
  before(async () => {
    await needLab();
    for (const { disk, source } of job.sources) {
      makeRaw(join(datastore.folder, source.file));
      const datastores = { [source.datastore]: datastore.folder };
      fingerprints.set(disk, (await inspectSource(commands, disk, source, datastores)).fingerprint);
    }
  });
  after(removeImages);
  after(() => {
    datastore.remove();
  });

  /** Two disks of a VM in a state (null: without a ledger), with their volumes. */
  async function disksIn(...states: readonly (Ledger["state"] | null)[]) {
    const images = states.map(() => makeImage());
    for (const [index, state] of states.entries()) {
      const { volumeId = "", image = "" } = images[index] ?? {};
      if (state !== null)
        await rbd.setMeta(image, LEDGER_KEY, JSON.stringify(ledger(volumeId, DISKS[index] ?? "", state)));
    }
    const volumeIds = Object.fromEntries(DISKS.map((disk, index) => [disk, images[index]?.volumeId ?? randomUUID()]));
    const cinder = fakeCinder(
      images.map(({ volumeId }, index) =>
        freshVolume({ ...importJob(sourceOf("d", "raw")), disk: DISKS[index] ?? "" }, volumeId),
      ),
    );
    const states_ = async () => Promise.all(images.map(async ({ image }) => (await ledgerOf(image))?.state));
    const boot = () => cinder.volumes.get(images[0]?.volumeId ?? "");
    return { images, volumeIds, cinder, states: states_, boot };
  }
  const ledger = (volumeId: string, disk: string, state: Ledger["state"]): Ledger => ({
    version: 1,
    volumeId,
    disk,
    stack: STACK,
    generation: 1,
    state,
    writer: null,
    capacityBytes: CAPACITY,
    sliceMiB: 1024,
    begun: "0",
    finished: "0",
    source: fingerprints.get(disk) ?? { files: 1, bytes: CAPACITY, sha256: "x" },
    changeId: null,
    digest: null,
    imageProperties: [],
  });
  const seal = (volumeIds: Record<string, string>, cinder: Cinder, change: Partial<SealJob> = {}) =>
    sealVm(makeWorld(datastore.folder, { cinder, clock: { ...clock, now: () => Date.now() } }), {
      verb: "seal",
      job: { ...job, ...change },
      volumeIds,
    });
  const refuses = (promise: Promise<unknown>, message: RegExp, exitCode = 2) =>
    assert.rejects(promise, (error) => {
      assert.match(messageOf(error), message);
      assert.equal((error as { exitCode?: number }).exitCode, exitCode);
      return true;
    });

  describe("seal", () => {
    it("makes the first disk bootable, gives it its properties, seals all; may be repeated", async () => {
      const { volumeIds, cinder, states, boot } = await disksIn("copied", "copied");
      for (let round = 0; round < 2; round++) {
        assert.equal(resultOf(await seal(volumeIds, cinder)), "sealed");
        assert.deepEqual([boot()?.bootable, boot()?.imageProperties], [true, job.imageProperties]);
        assert.equal(cinder.volumes.get(volumeIds[DISKS[1] ?? ""] ?? "")?.bootable, false);
        assert.deepEqual(await states(), ["sealed", "sealed"]);
      }
    });
    it("refuses as long as one disk is not copied, by its name, and touches nothing", async () => {
      for (const other of ["copying", null] as const) {
        const { volumeIds, cinder, states, boot } = await disksIn("copied", other);
        await refuses(seal(volumeIds, cinder), /vm1-disk-2001 is (copying|without a ledger), expected at least copied/);
        assert.deepEqual([boot()?.bootable, (await states())[0]], [false, "copied"]);
      }
    });
    it("an update changes properties, removes those of ours that are no longer wanted, and keeps those of others", async () => {
      const { volumeIds, cinder, boot } = await disksIn("copied", "copied");
      await seal(volumeIds, cinder);
      await cinder.setImageProperties(boot()?.id ?? "", { ...boot()?.imageProperties, owner_note: "kept" });
      await seal(volumeIds, cinder, { imageProperties: { hw_disk_bus: "virtio" } });
      assert.deepEqual(boot()?.imageProperties, { hw_disk_bus: "virtio", owner_note: "kept" });
    });
    it("reads back: a request that fails though it was done is fine, one that is lost is repeated", async () => {
      const { volumeIds, cinder, boot } = await disksIn("copied", "copied");
      let calls = 0;
      const flaky: Cinder = {
        ...cinder,
        setBootable: async (id) => {
          await cinder.setBootable(id);
          throw new Error("504 after it was done");
        },
        setImageProperties: async (id, properties) => {
          calls += 1;
          if (calls > 1) await cinder.setImageProperties(id, properties);
        },
      };
      await seal(volumeIds, flaky);
      assert.deepEqual([boot()?.bootable, boot()?.imageProperties, calls], [true, job.imageProperties, 2]);
    });
    it("fails, and seals nothing, when Cinder never shows what was set", async () => {
      const { volumeIds, cinder, states } = await disksIn("copied", "copied");
      const deaf: Cinder = { ...cinder, setImageProperties: () => Promise.resolve() };
      await refuses(seal(volumeIds, deaf), /does not take the bootable flag and the image properties/, 1);
      assert.deepEqual(await states(), ["copied", "copied"]);
    });
    it("refuses a source that has changed since it was copied, by its disk, and seals nothing", async () => {
      const { volumeIds, cinder, states } = await disksIn("copied", "copied");
      makeRaw(join(datastore.folder, "changed.raw"));
      const [first, second] = job.sources;
      assert.ok(first && second);
      const sources = [first, { ...second, source: sourceOf("changed.raw", "raw") }];
      await refuses(
        seal(volumeIds, cinder, { sources }),
        /the source of vm1-disk-2001 has changed since it was copied/,
      );
      assert.deepEqual(await states(), ["copied", "copied"]);
    });
    it("refuses a source that somebody has open for writing, and seals nothing", async () => {
      const { volumeIds, cinder, states } = await disksIn("copied", "copied");
      const file = openSync(join(datastore.folder, `${DISKS[1] ?? ""}.raw`), "r+");
      await refuses(seal(volumeIds, cinder), /vm1-disk-2001: its files are in use/, 1).finally(() => {
        closeSync(file);
      });
      assert.deepEqual(await states(), ["copied", "copied"]);
    });
    it("no longer asks for the source of a sealed disk", async () => {
      const { volumeIds, cinder } = await disksIn("sealed", "sealed");
      const sources = DISKS.map((disk) => ({ disk, source: sourceOf("gone.raw", "raw") }));
      assert.equal(resultOf(await seal(volumeIds, cinder, { sources })), "sealed");
    });
    it("accepts sealed disks only", async () => {
      const early = await disksIn("copied", "copied");
      await refuses(
        seal(early.volumeIds, early.cinder, { phase: "accepted" }),
        /cannot be accepted: .*expected at least sealed/,
      );
      const { volumeIds, cinder, states } = await disksIn("sealed", "sealed");
      assert.equal(resultOf(await seal(volumeIds, cinder, { phase: "accepted" })), "accepted");
      assert.equal(resultOf(await seal(volumeIds, cinder, { phase: "accepted" })), "accepted");
      assert.deepEqual(await states(), ["accepted", "accepted"]);
    });
  });

  describe("the way back", () => {
    for (const verb of ["unseal", "rollback"] as const) {
      const back = (volumeIds: Record<string, string>) =>
        verb === "unseal"
          ? takeBack(makeWorld("/"), { verb, job, volumeIds })
          : takeBack(makeWorld("/"), {
              verb,
              job: { ...job, addresses: [], checks: [], timeoutSeconds: 5 },
              volumeIds,
              serverId: randomUUID(),
            });
      it(`${verb} refuses once any disk was accepted`, async () => {
        const { volumeIds } = await disksIn("sealed", "accepted");
        await refuses(back(volumeIds), /rollback is over: vm1-disk-2001 was accepted/);
      });
      it(`${verb} lets sealed disks go, and those that are gone`, async () => {
        const { volumeIds } = await disksIn("sealed", "sealed");
        assert.equal(resultOf(await back(volumeIds)), "not accepted: may go back");
        assert.equal(
          resultOf(await back(Object.fromEntries(DISKS.map((disk) => [disk, randomUUID()])))),
          "gone already",
        );
      });
    }
    it("release deletes nothing, refuses what was accepted, and does not mind what is gone", async () => {
      const { images, volumeIds } = await disksIn("copied", "accepted");
      const release = (disk: string, volumeId = volumeIds[disk] ?? "") =>
        releaseDisk(makeWorld("/"), { verb: "release", volumeId, job: importJob(sourceOf("d", "raw"), { disk }) });
      assert.equal(resultOf(await release(DISKS[0] ?? "")), "released, data left in place");
      assert.notEqual(await rbd.info(images[0]?.image ?? ""), null);
      await refuses(release(DISKS[1] ?? ""), /rollback is over/);
      assert.equal(resultOf(await release(DISKS[0] ?? "", randomUUID())), "gone already");
    });
  });

  it("source, newly added to a sealed VM, does not ask for files that may be gone", async () => {
    const { volumeIds } = await disksIn("sealed", "accepted");
    const disks = DISKS.map((disk) => ({ disk, source: sourceOf("gone.raw", "raw") }));
    const { version, stack, vm, generation, target, cloud } = job;
    const common = { version, stack, vm, generation, target, cloud };
    const check = (ids: Record<string, string>) =>
      checkSource(makeWorld("/"), { verb: "source", job: { ...common, disks }, volumeIds: ids });
    assert.equal(resultOf(await check(volumeIds)), "skipped: sealed");
    const half = await disksIn("sealed", "copied");
    await refuses(check(half.volumeIds), /"gone\.raw" is not to be had/, 1);
  });

  it("sync only reports a finished disk, whatever the edit says", async () => {
    const { volumeIds } = await disksIn("copied", "sealed");
    const commands = meddlingCommands(() => undefined);
    for (const [disk, state] of [
      [DISKS[0], "copied"],
      [DISKS[1], "sealed"],
    ] as const) {
      const edited: ImportJob = importJob(sourceOf("moved/elsewhere.vmdk", "vmdk", 512), {
        disk: disk ?? "",
        sliceMiB: 4,
        sizeGiB: 7,
      });
      const outcome = await syncDisk(makeWorld("/none", { commands }), {
        verb: "sync",
        job: edited,
        volumeId: volumeIds[disk ?? ""] ?? "",
      });
      assert.equal(resultOf(outcome), `unchanged: ${state}`);
    }
    assert.ok(!commands.ran.some(([name]) => name === "qemu-nbd"));
  });
});
