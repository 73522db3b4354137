import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { labPaths } from "../../lab/paths.ts";
import { holds, makeImage, removeImages } from "../conversion/support/images.ts";
import { startSourceSshd, type SourceSshd } from "../conversion/support/source-sshd.ts";
import { needLab } from "../conversion/support/tools.ts";
import { detailsOf, resultOf, runImport } from "../conversion/support/world.ts";
import { ExportWorld, MIB, vm } from "./export-world.ts";

/** The lab's vCenter says what there is, a real sshd plays the ESXi host: its logins see datastores where ESXi has them. */
describe("imports of an ESXi host's disks over ssh", function () {
  this.timeout(120_000);
  let world: ExportWorld;
  let sshd: SourceSshd;
  // Not in /tmp: sshd wants every folder above to be root's alone.
  let root: string;

  before(async () => {
    await needLab();
    const { home } = labPaths(process.env);
    mkdirSync(home, { recursive: true });
    root = mkdtempSync(path.join(home, "esxi-"));
    world = await ExportWorld.start();
    sshd = await startSourceSshd(root);
  });
  after(async () => {
    sshd.close();
    await world.stop();
    await removeImages();
    rmSync(root, { recursive: true, force: true });
  });

  /** The datastore's files, as they are now, below the host's /vmfs/volumes. */
  const show = (): void => {
    cpSync(path.join(world.vcenter.datastores, "dc0-ds0"), path.join(root, "vmfs/volumes/ds"), { recursive: true });
  };
  const run = (volumeId: string) => {
    const { vsphere, logins } = world.context({
      ssh: sshd.access,
      hostAddresses: { "esx1.example": `${sshd.host}:443` },
    });
    return runImport({
      datastore: root,
      source: world.source("ssh"),
      volumeId,
      job: { sliceMiB: 4 },
      world: { vsphere, logins },
    });
  };

  it("arrive byte for byte, once", async () => {
    show();
    const { volumeId, image } = makeImage();
    const { outcome, lines } = await run(volumeId);
    assert.equal(resultOf(outcome), "copied", lines.join("\n"));
    assert.match(
      String(detailsOf(outcome)["source"]),
      /^over ssh from 127\.0\.0\.1, "\/vmfs\/volumes\/ds\/vm01\/vm01_0-flat\.vmdk"/,
    );
    assert.ok(await holds(image, world.file(0)));
    assert.equal(resultOf((await run(volumeId)).outcome), "skipped: copied");
  });

  it("are refused while the VM runs, by the word of its vCenter", async () => {
    await world.vcenter.put({ ...vm, powerState: "poweredOn" });
    try {
      const { volumeId } = makeImage();
      await assert.rejects(run(volumeId), /its files may change or are not the whole disk: .*switch it off/);
    } finally {
      await world.vcenter.put(vm);
    }
  });

  it("are refused with another size than the estate's", async () => {
    world.write(1, [MIB]);
    show();
    const { volumeId } = makeImage();
    const { vsphere, logins } = world.context({ ssh: sshd.access, hostAddresses: { "esx1.example": sshd.host } });
    const source = world.source("ssh", 1, { capacityBytes: 4 * MIB });
    await assert.rejects(runImport({ datastore: root, source, volumeId, world: { vsphere, logins } }), /vm01_1\.vmdk/);
  });
});
