import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildStandIn, configureStandIn, vddkPlugin } from "../../lab/vddk/stand-in.ts";
import type { World } from "../../conversion/verbs/world.ts";
import { holds, makeImage, removeImages } from "../conversion/support/images.ts";
import { needLab } from "../conversion/support/tools.ts";
import { detailsOf, makeWorld, resultOf, runImport } from "../conversion/support/world.ts";
import { ExportWorld, MIB } from "./export-world.ts";

/** Disks of the lab's vCenter into the lab's Ceph. */
describe("imports of a vCenter's disks", function () {
  this.timeout(300_000);
  let world: ExportWorld;
  const libDir = mkdtempSync(path.join(tmpdir(), "wavelift-vddk-import-"));

  before(async () => {
    await needLab();
    world = await ExportWorld.start();
  });
  after(async () => {
    await world.stop();
    await removeImages();
    rmSync(libDir, { recursive: true, force: true });
  });

  const of = (vddk: object = {}): Partial<World> => {
    const { vsphere, logins } = world.context();
    return { vsphere, logins, settings: { ...makeWorld(libDir).settings, ...vddk } };
  };
  const run = (volumeId: string, transport: "lease" | "vddk", change: Partial<World> = of()) =>
    runImport({ datastore: libDir, source: world.source(transport), volumeId, job: { sliceMiB: 4 }, world: change });

  it("go on with the next run where the stream of a lease broke for good", async () => {
    const { volumeId, image } = makeImage();
    // In the second slice, and behind the last grain: the first slice is whole, the second is not, though all its data came.
    world.write(0, [4.5 * MIB]);
    await world.vcenter.exports({ cuts: 3, cutAfter: 70_656 });
    await assert.rejects(
      run(volumeId, "lease"),
      /the connection broke.*begun anew 2 times\. The next run goes on after what is done\./,
    );
    await world.vcenter.exports({});
    const { outcome, lines } = await run(volumeId, "lease");
    assert.equal(resultOf(outcome), "copied", lines.join("\n"));
    assert.equal(detailsOf(outcome)["slices"], 1, "the slice that was done is not done again");
    assert.ok(await holds(image, world.file(0)));
  });

  it("begin a stream anew that breaks once, within the run", async () => {
    const { volumeId, image } = makeImage();
    await world.vcenter.exports({ cuts: 1, cutAfter: 66_500 });
    const { outcome, lines } = await run(volumeId, "lease");
    assert.equal(resultOf(outcome), "copied", lines.join("\n"));
    assert.ok(lines.some((line) => line.includes("the stream is begun anew")));
    assert.ok(await holds(image, world.file(0)));
  });

  it("come through VMware's library, here a stand-in", async () => {
    const [plugin] = await Promise.all([vddkPlugin(), buildStandIn(libDir)]);
    const { password, datastores, certificateFile } = world.vcenter;
    const digest = createHash("sha1")
      .update(new X509Certificate(readFileSync(certificateFile)).raw)
      .digest("hex");
    const folder = path.join(datastores, "by-name");
    mkdirSync(folder);
    symlinkSync("../dc0-ds0", path.join(folder, "ds"));
    const thumbprint = (digest.match(/../g) ?? []).join(":");
    await configureStandIn(libDir, { folder, record: path.join(libDir, "record"), password, thumbprint });
    const { volumeId, image } = makeImage();
    const { outcome, lines } = await run(volumeId, "vddk", of({ vddk: { libDir, plugin } }));
    assert.equal(resultOf(outcome), "copied", lines.join("\n"));
    assert.match(lines.join("\n"), /its source: VMware's library \(VDDK\) through 127\.0\.0\.1/);
    assert.ok(await holds(image, world.file(0)));
  });
});
