import assert from "node:assert/strict";
import { execa } from "execa";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { getImage, type GlanceImage } from "../../cloud/glance.ts";
import { consoleOutput, getServer } from "../../cloud/nova.ts";
import { Report } from "../../conversion/report.ts";
import { leftoversOf } from "../../lab/demo/leftovers.ts";
import { estateFiles } from "../../lab/estate.ts";
import { readGuests } from "../../lab/guests/build.ts";
import { killRun } from "./kill-engine.ts";
import { commandReport, paths, Workspace } from "./workspace.ts";

const WAVE = "test-image";
const KEY = "itpl";
const Created = z.object({ server: z.object({ id: z.string() }) });

/** A template, from plan to rollback. The steps build on each other: a wave in the lab is too dear to be made for each. */
describe("a template becomes an image", function () {
  this.timeout(900_000);
  const wave = new Workspace(WAVE);
  let client: CloudClient;
  let guestFile = "";
  let imageId = "";

  const rbd = async (...args: string[]): Promise<string> => (await execa("rbd", ["--id", "glance", ...args])).stdout;
  const images = async () =>
    (await wave.offers()).flatMap((offer) =>
      offer.target === "lab" ? (offer.images ?? []).filter(({ mark }) => mark?.stack === `wavelift/${WAVE}`) : [],
    );
  const image = async (): Promise<GlanceImage> =>
    (await getImage(client, imageId)) ?? assert.fail(`Glance has no image ${imageId}`);
  const writeWave = (overrides: object = {}): void => {
    wave.writePlan({ [WAVE]: { target: "lab", vms: { [KEY]: overrides } } });
  };
  async function until(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
      await sleep(500);
    }
  }

  before(async () => {
    await wave.open();
    client = await connect(readCloudEntry("lab"));
    const guests = await readGuests(path.join(import.meta.dirname, "../../lab/guests/guests.yaml"));
    const [guest] = await estateFiles(
      guests.filter(({ key }) => key === "web01"),
      paths,
    );
    assert.ok(guest !== undefined);
    const { file, datastore } = guest.disks[0] ?? assert.fail("web01 has no disk");
    guestFile = path.join(paths.datastores, datastore, file);
    wave.writeVm({ ...guest, key: KEY, name: "golden web", template: true });
    writeWave();
  });
  after(async () => {
    await client.close();
    await wave.close();
  });

  it("is planned as one, and previewed with all that will be made", async () => {
    await wave.plan();
    const { vms, images: planned = [] } = wave.waveFile;
    assert.deepEqual([vms.length, planned.map(({ key, name }) => [key, name])], [0, [[KEY, "golden web"]]]);
    const preview = await wave.preview("--diff");
    assert.equal(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /wavelift:index:MigratedImage::itpl|itpl-image/);
    assert.match(preview.all, /hw_scsi_model/);
    assert.deepEqual(await images(), []);
  });

  it("goes on after a kill in the middle of the copy, in the one record that there is", async () => {
    const running = wave.start("up", WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    void running.catch(() => undefined);
    await until("bytes are copied", 200, async () => {
      const [made] = await images();
      if (made === undefined) return false;
      imageId = made.id;
      const ledger = await rbd("image-meta", "get", `images/${made.id}`, "wavelift.v1").catch(() => "");
      return /"begun":"\d/.test(ledger) && (await rbd("du", `images/${made.id}`).catch(() => "")) !== "";
    });
    assert.ok(killRun(running.pid ?? 0, "everything"));
    await running.catch(() => undefined);
    assert.equal((await image()).status, "queued");
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    assert.deepEqual(
      (await images()).map(({ id, status }) => [id, status]),
      [[imageId, "active"]],
    );
    const { details } = Report.parse(await commandReport(wave, `${KEY}-image`));
    assert.equal(details?.["imageId"], imageId);
    const target = `rbd:images/${imageId}@snap:id=glance`;
    assert.match(
      (await execa("qemu-img", ["compare", "-f", "vmdk", "-F", "raw", guestFile, target])).stdout,
      /identical/,
    );
    const { properties, sizeBytes, minDiskGiB, visibility } = await image();
    assert.deepEqual(
      [properties["hw_disk_bus"], properties["os_type"], minDiskGiB, visibility],
      ["scsi", "linux", 2, "private"],
    );
    assert.equal(sizeBytes, 1540 * 2 ** 20);
    const again = await wave.preview("--expect-no-changes");
    assert.equal(again.exitCode, 0, again.all);
  });

  it("changes its looks by the plan, without another image", async () => {
    writeWave({ name: "golden web 2", image: { protected: true, minRamMiB: 256 } });
    await wave.succeed("plan", WAVE, "--vm", KEY);
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    const { name, isProtected, minRamMiB } = await image();
    assert.deepEqual([name, isProtected, minRamMiB], ["golden web 2", true, 256]);
    const refused = await wave.destroy();
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.all, /is protected\. Nothing was removed/);
    writeWave({ name: "golden web 2" });
    await wave.succeed("plan", WAVE, "--vm", KEY);
    assert.equal((await wave.up()).exitCode, 0);
  });

  it("boots a server from a clone of it, which keeps it from being removed; then nothing is left", async () => {
    const server = {
      name: "from-itpl",
      flavorRef: (await wave.offers())[0]?.flavors.find(({ name }) => name === "lab.small")?.id,
      networks: "none",
      block_device_mapping_v2: [
        ...[{ uuid: imageId, source_type: "image", destination_type: "volume", boot_index: 0, volume_size: 2 }],
      ].map((disk) => ({ ...disk, delete_on_termination: true })),
    };
    const made = await client.request("compute", "POST", "/servers", { server }, { microversion: "compute 2.37" });
    const { id } = Created.parse(made).server;
    try {
      await until("the server shows its login", 600, async () => {
        const now = await getServer(client, id);
        assert.notEqual(now?.status, "ERROR", now?.fault ?? "");
        return now?.status === "ACTIVE" && /login:/.test(await consoleOutput(client, id, 40).catch(() => ""));
      });
      const { stdout } = await execa("rbd", ["--id", "cinder", "children", `images/${imageId}@snap`]);
      const [clone] = stdout.trim().split("\n");
      assert.match(clone ?? "", /^volumes\/volume-/, "its disk is a clone of the image");
      const refused = await wave.destroy();
      assert.notEqual(refused.exitCode, 0);
      assert.match(
        refused.all,
        new RegExp(`1 thing\\(s\\) were made from it: volume .*${(clone ?? "").slice(-36)}.* of server ${id}`),
      );
      assert.equal((await image()).status, "active");
    } finally {
      await client.request("compute", "DELETE", `/servers/${id}`);
      await until("its volume is gone", 120, async () => {
        const run = await execa("rbd", ["--id", "cinder", "children", `images/${imageId}@snap`], { reject: false });
        return run.stdout.trim() === "";
      });
    }
    const destroyed = await wave.destroy();
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    assert.deepEqual(
      (await wave.offers()).flatMap((offer) => leftoversOf(offer, `wavelift/${WAVE}`)),
      [],
    );
    assert.ok(!(await rbd("ls", "images")).includes(imageId));
  });

  it("leaves nothing when it is rolled back half made", async () => {
    const running = wave.start("up", WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    void running.catch(() => undefined);
    await until("bytes are copied", 200, async () => {
      const [made] = await images();
      if (made === undefined) return false;
      imageId = made.id;
      return /"begun":"\d/.test(await rbd("image-meta", "get", `images/${made.id}`, "wavelift.v1").catch(() => ""));
    });
    assert.ok(killRun(running.pid ?? 0, "everything"));
    await running.catch(() => undefined);
    const destroyed = await wave.destroy();
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    assert.match(destroyed.all, /removed image golden web.*queued/);
    assert.deepEqual(await images(), []);
    assert.ok(!(await rbd("ls", "images")).includes(imageId));
  });
});
