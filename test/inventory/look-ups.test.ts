import assert from "node:assert/strict";
import { lookUpAll } from "../../inventory/vsphere/look-up-all.ts";
import { lookUpPath, withLookUp } from "../../inventory/vsphere/looked-up.ts";
import { VsphereError } from "../../inventory/vsphere/vsphere-error.ts";
import { estateVm } from "../planning/fixtures.ts";
import { found } from "../planning/live.ts";

const vm = found(estateVm("web01"), { datacenter: "DC0", folder: "shop/web" });
const looked = {
  name: "web01",
  numCpus: 7,
  numCoresPerSocket: 7,
  memory: 7,
  firmware: "efi" as const,
  guestId: "x",
  efiSecureBootEnabled: true,
  cpuHotAddEnabled: true,
  memoryHotAddEnabled: true,
};
const answering = (answer: () => Promise<typeof looked>) => {
  let closed = 0;
  const close = () => {
    closed += 1;
    return Promise.resolve();
  };
  return { open: () => Promise.resolve({ vm: answer, close }), closed: () => closed };
};

describe("look-ups beside the reader", () => {
  it("are only made by a path that names one VM", () => {
    assert.equal(lookUpPath(vm), "shop/web/web01");
    for (const name of ["web*", "we[b]01", "a/b", "..", "web\n01", "{a,b}"])
      assert.equal(lookUpPath({ ...vm, name }), null, name);
    assert.equal(lookUpPath({ ...vm, folder: "shop/*" }), null);
    assert.equal(lookUpPath({ ...vm, datacenter: null }), null);
  });

  it("give what they carry, and nothing else", async () => {
    const { vms, failed } = await lookUpAll(new Map([["a", vm]]), answering(() => Promise.resolve(looked)).open);
    assert.deepEqual([vms.get("a")?.cpus, vms.get("a")?.firmware, failed.size], [7, "efi", 0]);
    assert.deepEqual(vms.get("a")?.disks, vm.disks);
    assert.deepEqual(vms.get("a"), withLookUp(vm, looked));
  });

  it("of another VM that has the path by now do not count", async () => {
    const other = answering(() => Promise.resolve({ ...looked, name: "web02" }));
    assert.deepEqual((await lookUpAll(new Map([["a", vm]]), other.open)).vms.get("a"), vm);
  });

  it("that fail leave the VM as it was read, and end the plugin", async () => {
    const none = answering(() => Promise.reject(new VsphereError("vc", "no", null)));
    const { vms, failed } = await lookUpAll(new Map([["a", vm]]), none.open);
    assert.deepEqual([vms.get("a"), failed.get("a"), none.closed()], [vm, "no", 1]);
  });

  it("do not start the plugin for nothing", async () => {
    const { vms } = await lookUpAll(new Map([["a", null]]), () => assert.fail("started"));
    assert.deepEqual([...vms], [["a", null]]);
  });
});
