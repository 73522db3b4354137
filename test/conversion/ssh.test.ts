import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDatastore, makeRaw, makeAs, sourceOf } from "./support/disks.ts";
import { holds, makeImage, removeImages } from "./support/images.ts";
import { startStage, type Stage } from "./support/launch.ts";
import { startOpenStack, type FakeOpenStack } from "./support/openstack.ts";
import { startConversionHost, type ConversionHost } from "./support/sshd.ts";
import { needLab } from "./support/tools.ts";
import { freshVolume, importJob } from "./support/world.ts";

const SLICE_MIB = 8;
describe("runner ssh", function () {
  this.timeout(120_000);
  let datastore: ReturnType<typeof makeDatastore>;
  let folder: string;
  let openstack: FakeOpenStack;
  let host: ConversionHost;
  let raw: string;
  before(async () => {
    await needLab();
    datastore = makeDatastore();
    folder = mkdtempSync(join(tmpdir(), "wavelift-ssh-"));
    openstack = await startOpenStack();
    raw = makeRaw(join(datastore.folder, "disk.raw"));
    makeAs(raw, "vmdk", join(datastore.folder, "disk.vmdk"), "subformat=streamOptimized");
    host = await startConversionHost();
  });
  after(async () => {
    await removeImages();
    await openstack.close();
    await host.close();
    datastore.remove();
    rmSync(folder, { recursive: true });
  });
  it("imports", async () => {
    const { volumeId, image } = makeImage();
    const job = importJob(sourceOf("disk.vmdk", "vmdk"), { sliceMiB: SLICE_MIB });
    openstack.add(freshVolume(job, volumeId));
    const start = (): Stage =>
      startStage("import", job, {
        folder,
        datastore: datastore.folder,
        cloudsYaml: openstack.cloudsYaml,
        env: { WAVELIFT_VOLUME_ID: volumeId },
        settings: { runner: host.runner },
        wrapper: host.wrapper,
      });
    const first = await start().ended;
    console.log(first.stderr);
    assert.equal(first.code, 0, first.stderr);
    assert.equal(await holds(image, raw), true);
    const second = await start().ended;
    console.log(second.stderr, second.stdout, readdirSync(host.bundles));
  });
});
