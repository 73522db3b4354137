import assert from "node:assert/strict";
import { join } from "node:path";
import { execa } from "execa";
import { project } from "../../cli/project.ts";
import { makeAs, makeDatastore, makeRaw, sourceOf } from "./support/disks.ts";
import { ledgerOf, makeImage, removeImages, scribble } from "./support/images.ts";
import { needLab } from "./support/tools.ts";
import { runImport } from "./support/world.ts";

describe("wavelift digest", function () {
  this.timeout(180_000);
  let datastore: ReturnType<typeof makeDatastore>;
  let raw: string;
  before(async () => {
    await needLab();
    datastore = makeDatastore();
    raw = makeRaw(join(datastore.folder, "disk.raw"));
  });
  after(async () => {
    await removeImages();
    datastore.remove();
  });
  const wavelift = (...args: string[]) =>
    execa(process.execPath, ["bin/wavelift.mjs", "digest", ...args], { cwd: project, reject: false });

  it("is the same of a file in any format, of the image it was copied to, and in the ledger", async () => {
    const { volumeId, image } = makeImage();
    await runImport({ datastore: datastore.folder, source: sourceOf("disk.raw", "raw"), volumeId });
    const recorded = (await ledgerOf(image))?.digest ?? assert.fail("no digest in the ledger");
    const vmdk = makeAs(raw, "vmdk", join(datastore.folder, "disk.vmdk"), "subformat=streamOptimized");
    for (const place of [raw, vmdk, `rbd:volumes/${image}`]) {
      const { exitCode, stdout, stderr } = await wavelift(place, "--expect", recorded);
      assert.equal(exitCode, 0, stderr);
      assert.equal(stdout, `${recorded}  ${place}`);
    }
    scribble(image, 40 * 1024 * 1024 + 5, 1);
    const changed = await wavelift(`rbd:volumes/${image}`, "--json");
    assert.equal(changed.exitCode, 1);
    assert.match(changed.stderr, /Not as the ledger says/);
    assert.equal((JSON.parse(changed.stdout) as { same: boolean }).same, false);
  });

  it("says what is wrong with what it was given", async () => {
    for (const [args, message] of [
      [["/none.vmdk"], /cannot be opened as vmdk.*--format/],
      [["rbd:volumes"], /expected rbd:POOL\/IMAGE/],
      [["rbd:volumes/none"], /There is no image volumes\/none/],
      [[raw, "--format", "iso"], /--format "?iso"? is not known/],
      [[raw, "--size", "0"], /expected bytes, 1 to/],
    ] as const) {
      const { exitCode, stderr } = await wavelift(...args);
      assert.equal(exitCode, 3, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n\s+at /);
    }
  });
});
