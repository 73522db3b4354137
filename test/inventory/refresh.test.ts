import assert from "node:assert/strict";
import fc from "fast-check";
import { FoundVm } from "../../inventory/readers/reader.ts";
import { VmKey } from "../../inventory/schema/names.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import { refresh } from "../../inventory/write-estate.ts";

const found = (name: string, id: string, more: Partial<FoundVm> = {}): FoundVm =>
  FoundVm.parse({
    source: { kind: "vmx", id, server: "ds1" },
    instanceUuid: null,
    name,
    powerState: "poweredOff",
    cpus: 1,
    coresPerSocket: 1,
    memoryMiB: 512,
    firmware: "bios",
    secureBoot: false,
    tpm: false,
    guestId: "debian11_64Guest",
    hostName: null,
    toolsState: "unknown",
    disks: [],
    nics: [],
    ...more,
  });

const estateOf = (...vms: readonly EstateVm[]): Map<string, EstateVm> => new Map(vms.map((vm) => [vm.key, vm]));
const vmsOf = (result: ReturnType<typeof refresh>): EstateVm[] => result.vms.map(({ vm }) => vm);
const keysOf = (result: ReturnType<typeof refresh>): string[] => result.vms.map(({ vm }) => vm.key);

describe("a refresh of the estate", () => {
  it("names new VMs after their display names, each its own", () => {
    const result = refresh(
      [found("Web Server (01)", "a"), found("web-server-01", "b"), found("Ünï", "c"), found("日本", "d")],
      estateOf(),
    );
    assert.deepEqual(keysOf(result), ["uni", "vm", "web-server-01", "web-server-01-2"]);
    assert.ok(result.vms.every(({ status }) => status === "new"));
  });

  it("keeps the key of a renamed VM, and says what changed", () => {
    const first = vmsOf(refresh([found("old", "a")], estateOf()));
    const result = refresh([found("new name", "a", { memoryMiB: 1024 })], estateOf(...first));
    assert.deepEqual(keysOf(result), ["old"]);
    assert.deepEqual(result.vms[0]?.changes, [
      { path: "name", before: '"old"', after: '"new name"' },
      { path: "memoryMiB", before: "512", after: "1024" },
    ]);
  });

  it("knows a VM again by its instance UUID when another tool reads it, unless two have the same", () => {
    const uuid = "502a1122-3344-5566-7788-99aabbccddee";
    const first = vmsOf(refresh([found("db", "a", { instanceUuid: uuid })], estateOf()));
    const elsewhere = (id: string) =>
      found("database", id, { instanceUuid: uuid, source: { kind: "vsphere", id, server: "vc1" } });
    assert.deepEqual(keysOf(refresh([elsewhere("vm-1")], estateOf(...first))), ["db"]);
    assert.deepEqual(keysOf(refresh([elsewhere("vm-1"), elsewhere("vm-2")], estateOf(...first))), [
      "database",
      "database-2",
    ]);
  });

  it("tells what is no longer there, of the sources that were read only", () => {
    const other = found("other", "x", { source: { kind: "vmx", id: "x", server: "ds2" } });
    const first = vmsOf(refresh([found("a", "a"), found("b", "b"), other], estateOf()));
    assert.deepEqual(refresh([found("a", "a")], estateOf(...first)).gone, ["b"]);
  });

  const spreadsheet = (name: string, more: Partial<FoundVm> = {}) =>
    found(name, "vm-7", { source: { kind: "rvtools", id: "vm-7", server: "vc1" }, ...more });
  const live = (more: Partial<FoundVm> = {}) =>
    found("db", "vm-7", { source: { kind: "vsphere", id: "vm-7", server: "vc1" }, tpm: true, ...more });

  it("knows a VM of a vCenter again whether RVTools tells of it or the vCenter itself", () => {
    const first = vmsOf(refresh([spreadsheet("old name", { firmware: null })], estateOf()));
    const [vm] = refresh([live()], estateOf(...first)).vms;
    assert.deepEqual(
      [vm?.vm.key, vm?.status, vm?.vm.source.kind, vm?.vm.firmware],
      ["old-name", "changed", "vsphere", "bios"],
    );
  });

  it("keeps what a vCenter told where a spreadsheet knows less, unless it is to be replaced", () => {
    const first = vmsOf(refresh([live()], estateOf()));
    const poorer = spreadsheet("db", { tpm: null, memoryMiB: 1024 });
    const [kept] = refresh([poorer], estateOf(...first)).vms;
    assert.deepEqual([kept?.status, kept?.vm], ["kept", first[0]]);
    assert.deepEqual(
      kept?.changes.map(({ path }) => path),
      ["source.kind", "memoryMiB", "tpm"],
    );
    const [replaced] = refresh([poorer], estateOf(...first), true).vms;
    assert.deepEqual([replaced?.status, replaced?.vm.tpm], ["changed", null]);
  });

  it("never changes a key, never gives one twice, whatever the names and their order", () => {
    const vms = fc.uniqueArray(
      fc.record({ name: fc.string({ minLength: 1, unit: "binary" }), id: fc.string({ minLength: 1 }) }),
      {
        selector: ({ id }) => id,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(vms, vms, (before, after) => {
        const first = refresh(
          before.map(({ name, id }) => found(name, `${id}.`)),
          estateOf(),
        );
        const keys = new Map(first.vms.map(({ vm }) => [vm.source.id, vm.key]));
        const second = refresh(
          [...after].reverse().map(({ name, id }) => found(name, `${id}.`)),
          estateOf(...vmsOf(first)),
        );
        for (const { vm } of second.vms) {
          assert.ok(VmKey.safeParse(vm.key).success, vm.key);
          assert.equal(vm.key, keys.get(vm.source.id) ?? vm.key);
        }
        const all = new Set([...keysOf(second), ...second.gone]);
        assert.equal(all.size, second.vms.length + second.gone.length);
        for (const { vm, status } of second.vms)
          if (status === "new") assert.ok(!first.vms.some((one) => one.vm.key === vm.key));
      }),
    );
  });
});
