import assert from "node:assert/strict";
import { join } from "node:path";
import type { DiskSource } from "../../conversion/job.ts";
import { CAPACITY, makeAs, makeCompressed, makeDatastore, makeRaw, makeVmfs, sourceOf } from "./support/disks.ts";
import { holds, ledgerOf, makeImage, removeImages } from "./support/images.ts";
import { needLab } from "./support/tools.ts";
import { resultOf, runImport } from "./support/world.ts";

describe("import: every format arrives byte for byte", function () {
  this.timeout(60_000);
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

  const vmdk = (subformat: string) => (): string =>
    makeAs(raw, "vmdk", join(datastore.folder, `${subformat}.vmdk`), `subformat=${subformat}`);
  const formats: readonly (readonly [name: string, format: DiskSource["format"], make: () => string])[] = [
    ["raw that poses as a QCOW2 with a backing file", "raw", () => raw],
    ["ESXi descriptor and flat file", "vmdk", () => makeVmfs(raw, datastore.folder, "esxi")],
    ["monolithicFlat", "vmdk", vmdk("monolithicFlat")],
    ["monolithicSparse", "vmdk", vmdk("monolithicSparse")],
    ["streamOptimized", "vmdk", vmdk("streamOptimized")],
    ["twoGbMaxExtentSparse", "vmdk", vmdk("twoGbMaxExtentSparse")],
    ["twoGbMaxExtentFlat", "vmdk", vmdk("twoGbMaxExtentFlat")],
    ["VHD dynamic", "vhd", () => makeAs(raw, "vpc", join(datastore.folder, "d.vhd"), "subformat=dynamic,force_size")],
    ["VHD fixed", "vhd", () => makeAs(raw, "vpc", join(datastore.folder, "f.vhd"), "subformat=fixed,force_size")],
    ["VHDX", "vhdx", () => makeAs(raw, "vhdx", join(datastore.folder, "d.vhdx"))],
    ["QCOW2", "qcow2", () => makeAs(raw, "qcow2", join(datastore.folder, "d.qcow2"))],
    ["QCOW2 compressed", "qcow2", () => makeCompressed(raw, join(datastore.folder, "c.qcow2"))],
    ["VDI", "vdi", () => makeAs(raw, "vdi", join(datastore.folder, "d.vdi"))],
  ];

  for (const [name, format, make] of formats) {
    it(name, async () => {
      const file = make().slice(datastore.folder.length + 1);
      const { volumeId, image } = makeImage();
      const { outcome } = await runImport({
        datastore: datastore.folder,
        source: sourceOf(file, format),
        volumeId,
        job: { sliceMiB: 32 },
      });
      assert.equal(resultOf(outcome), "copied");
      assert.equal(await holds(image, raw), true, "the image differs from the disk");
      const ledger = await ledgerOf(image);
      assert.deepEqual(
        {
          state: ledger?.state,
          begun: ledger?.begun,
          finished: ledger?.finished,
          writer: ledger?.writer,
          bytes: ledger?.capacityBytes,
        },
        { state: "copied", begun: "0-2", finished: "0-2", writer: null, bytes: CAPACITY },
      );
    });
  }
});
