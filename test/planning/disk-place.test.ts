import assert from "node:assert/strict";
import { diskPlace } from "../../planning/disk-place.ts";
import { estateDisk, estateVm } from "./fixtures.ts";

describe("the way to a disk", () => {
  const place = (source: object, disk: object = {}, said?: "https") =>
    diskPlace(estateVm("web01", { source }), estateDisk(disk), said);
  const way = (source: object, disk: object = {}) => {
    const { transport, origin } = place(source, disk);
    return [transport, origin?.server ?? null, origin?.vm ?? null];
  };

  it("is the best that works where a server can be asked for it", () => {
    assert.deepEqual(way({ kind: "vsphere", id: "vm-12", server: "vc1" }), ["auto", "vc1", "vm-12"]);
    assert.deepEqual(way({ kind: "vsphere", id: "12", server: "esx1" }), ["auto", "esx1", "12"]);
    assert.deepEqual(way({ kind: "rvtools", id: "vm-12", server: "vc1" }), ["auto", "vc1", "vm-12"]);
    assert.deepEqual(way({ kind: "libvirt", id: "a name", server: "kvm1" }), ["auto", "kvm1", "a name"]);
  });
  it("is files where none can", () => {
    assert.deepEqual(way({ kind: "vsphere", id: "vm-12" }), ["file", null, null]);
    assert.deepEqual(way({ kind: "rvtools", id: "name:web01", server: "vc1" }), ["file", null, null]);
    for (const kind of ["ova", "vmx", "hyperv", "manual"])
      assert.deepEqual(way({ kind, id: "12", server: "ds1" }), ["file", null, null]);
  });
  it("is the archive where the disk lies in one", () => {
    const found = place({ kind: "ova", id: "x.ova#vm", server: "ds1" }, { file: "x.ova", member: "x-disk1.vmdk" });
    assert.deepEqual(found, {
      ...{ transport: "ova", datastore: "ds1", file: "x.ova", format: "vmdk", member: "x-disk1.vmdk" },
    });
  });
  it("is the plan's where it says one", () => {
    assert.equal(place({ kind: "vsphere", id: "vm-12", server: "vc1" }, {}, "https").transport, "https");
  });
});
