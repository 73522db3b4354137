import assert from "node:assert/strict";
import fc from "fast-check";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import { withSharedDisks } from "../../inventory/shared-disks.ts";
import { refresh } from "../../inventory/write-estate.ts";
import { FoundVm } from "../../inventory/readers/reader.ts";
import { disk, estateVm } from "../planning/fixtures.ts";

const source = (id: string, server = "vc1", kind = "vsphere") => ({ kind, id, server });
const vm = (key: string, disks: object[], server?: string, kind?: string) =>
  estateVm(key, { source: source(key, server, kind), disks });
const shared = (vms: readonly EstateVm[]) =>
  Object.fromEntries(withSharedDisks(vms).map(({ key, disks }) => [key, disks.map((one) => one.sharedWith.join(" "))]));

const quorum = { datastore: "ds1", file: "cluster/quorum.vmdk" };
const lun = { rdm: "physical", uuid: "6000C29A-1111" };

describe("disks that several VMs have", () => {
  it("are known by file, datastore and server, also where another tool told of the other VM", () => {
    assert.deepEqual(
      shared([
        vm("a", [disk(2000), disk(2001, quorum)]),
        vm("b", [disk(2005, quorum)], "vc1", "rvtools"),
        vm("c", [disk(2000, quorum)]),
        vm("other-server", [disk(2000, quorum)], "vc2"),
        vm("other-store", [disk(2000, { ...quorum, datastore: "ds2" })]),
      ]),
      { a: ["", "b c"], b: ["a c"], c: ["a b"], "other-server": [""], "other-store": [""] },
    );
  });

  it("are known by the LUN of a raw device mapping, whose mapping files differ", () => {
    assert.deepEqual(
      shared([
        vm("a", [disk(2000, { ...lun, file: "a/a.vmdk" })]),
        vm("b", [disk(2000, { ...lun, uuid: "6000c29a-1111", file: "b/b.vmdk" })], "vc2"),
        vm("copied-folder", [disk(2000, { uuid: lun.uuid, file: "c/c.vmdk" })]),
      ]),
      { a: ["b"], b: ["a"], "copied-folder": [""] },
    );
  });

  it("are not those of one archive that are different members, nor one VM's own", () => {
    const member = (name: string) => disk(2000, { file: "app.ova", member: name });
    assert.deepEqual(shared([vm("a", [member("1.vmdk")]), vm("b", [member("2.vmdk")])]), { a: [""], b: [""] });
    assert.deepEqual(shared([vm("a", [disk(2000, quorum), disk(2001, quorum)])]), { a: ["", ""] });
  });

  it("tell of each other both ways, whatever the estate and its order", () => {
    const disks = fc.array(fc.constantFrom("x", "y", "z"), { maxLength: 3 });
    fc.assert(
      fc.property(fc.array(disks, { maxLength: 6 }), (files) => {
        const vms = files.map((names, index) =>
          vm(
            `vm-${index}`,
            names.map((file, unit) => disk(2000 + unit, { file })),
          ),
        );
        const result = new Map(withSharedDisks(vms).map((one) => [one.key, one]));
        for (const { key, disks } of result.values())
          for (const { file, sharedWith } of disks) {
            const owners = vms.filter((one) => one.disks.some((other) => other.file === file)).map((one) => one.key);
            assert.deepEqual(sharedWith, owners.filter((owner) => owner !== key).sort());
          }
        assert.deepEqual(withSharedDisks([...result.values()]), [...result.values()]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a refresh with shared disks", () => {
  const found = (one: EstateVm): FoundVm =>
    FoundVm.parse(Object.fromEntries(Object.entries(one).filter(([name]) => name !== "key" && name !== "version")));
  const estateOf = (vms: readonly EstateVm[]) => new Map(vms.map((one) => [one.key, one]));
  const [a, b] = [vm("a", [disk(2000, quorum)]), vm("b", [disk(2000, quorum)])];

  it("writes the VM that was not read again, when a new one has its disk", () => {
    const { vms } = refresh([found(b)], estateOf([a]));
    assert.deepEqual(
      vms.map(({ vm: { key, disks }, status }) => [key, status, disks[0]?.sharedWith]),
      [
        ["a", "changed", ["b"]],
        ["b", "new", ["a"]],
      ],
    );
    assert.deepEqual(vms[0]?.changes, [{ path: "disks.2000.sharedWith.0", before: "nothing", after: '"b"' }]);
  });

  it("finds the same again, and says that nothing changed", () => {
    const estate = estateOf(refresh([found(a), found(b)], new Map()).vms.map((one) => one.vm));
    assert.deepEqual(
      refresh([found(b)], estate).vms.map(({ vm: { key }, status }) => [key, status]),
      [["b", "same"]],
    );
  });

  it("takes the word back where the other VM got a disk of its own", () => {
    const estate = estateOf(refresh([found(a), found(b)], new Map()).vms.map((one) => one.vm));
    const { vms } = refresh([found({ ...b, disks: vm("b", [disk(2000)]).disks })], estate);
    assert.deepEqual(
      vms.map(({ vm: { key, disks } }) => [key, disks[0]?.sharedWith]),
      [
        ["a", []],
        ["b", []],
      ],
    );
  });
});
