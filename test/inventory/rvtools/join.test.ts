import assert from "node:assert/strict";
import { diskRow, findingsOf, info, sorted, type Rows } from "./tables.ts";

const two = { Disks: 1 };
const read = (vInfo: Rows, vDisk: Rows) =>
  sorted(findingsOf({ vInfo, vDisk, vNetwork: noNics, vSnapshot: noSnapshots }));
const noNics = [{ VM: null, Network: null, "Mac Address": null }];
const noSnapshots = [{ VM: null, Name: null }];
const files = ({ vms }: ReturnType<typeof read>) =>
  vms.map(({ source, disks, notTold }) => [source.id, disks.map(({ file }) => file).join(), notTold.includes("disks")]);

describe("a row of another tab", () => {
  it("is its VM's by VM ID, whatever the names say", () => {
    const found = read(
      [info("web", { "VM ID": "vm-1", ...two }), info("web", { "VM ID": "vm-2", ...two })],
      [diskRow("renamed", { "VM ID": "vm-2" }), diskRow("web", { "VM ID": "vm-1" })],
    );
    assert.deepEqual(files(found), [
      ["vm-1", "web/web.vmdk", false],
      ["vm-2", "renamed/renamed.vmdk", false],
    ]);
    assert.deepEqual(found.faults, []);
  });

  it("else by VM UUID, else by name", () => {
    const byUuid = read(
      [info("a", { "VM UUID": "AAAA", ...two }), info("b", { "VM UUID": "bbbb", ...two })],
      [diskRow("b", { "VM UUID": "aaaa" })],
    );
    assert.deepEqual(files(byUuid), [
      ["aaaa", "b/b.vmdk", false],
      ["bbbb", "", true],
    ]);
    const byName = read([info("a", two), info("b", two)], [diskRow("a"), diskRow("b")]);
    assert.deepEqual(files(byName), [
      ["name:a", "a/a.vmdk", false],
      ["name:b", "b/b.vmdk", false],
    ]);
  });

  it("is given to nobody where its name is that of two VMs", () => {
    const found = read(
      [info("web", { "VM ID": "vm-1" }), info("web", { "VM ID": "vm-2" }), info("db", { "VM ID": "vm-3", ...two })],
      [diskRow("web"), diskRow("db")],
    );
    assert.deepEqual(files(found), [
      ["vm-1", "", true],
      ["vm-2", "", true],
      ["vm-3", "db/db.vmdk", false],
    ]);
    assert.match(found.faults.join(), /^web : 1 rows that fit no VM of vInfo, or several \(lines 2\)$/);
  });

  it("is of a VM of its own vCenter, where several are in one file", () => {
    const [here, there] = [{ "VI SDK Server": "vc1" }, { "VI SDK Server": "VC2" }];
    const found = read(
      [info("web", { "VM ID": "vm-1", ...here, ...two }), info("web", { "VM ID": "vm-1", ...there, ...two })],
      [diskRow("x", { "VM ID": "vm-1", ...here }), diskRow("y", { "VM ID": "vm-1", "VI SDK Server": "vc2" })],
    );
    assert.deepEqual(
      found.vms.map(({ source: { server }, disks }) => [server, disks[0]?.file]),
      [
        ["vc1", "x/x.vmdk"],
        ["vc2", "y/y.vmdk"],
      ],
    );
    assert.deepEqual(
      found.sources.map(({ server }) => server),
      ["vc1", "vc2"],
    );
  });

  it("that fits none is told, and the VM that it may be of is known not to be whole", () => {
    const found = read([info("web", { "VM ID": "vm-1" })], [diskRow("web", { "VM ID": "vm-9" })]);
    assert.deepEqual(files(found), [["vm-1", "", true]]);
    assert.equal(found.faults.length, 1);
  });
});

describe("a row of vInfo", () => {
  it("of a placeholder or of vSphere's own agents is left out and told, and so are its disks", () => {
    const found = read(
      [
        info("real", two),
        info("shadow", { "SRM Placeholder": "True" }),
        info("vCLS (1)"),
        info("vCLS-0a1b"),
        info("vclsx"),
      ],
      [diskRow("shadow"), diskRow("vCLS (1)"), diskRow("real")],
    );
    assert.deepEqual(
      found.vms.map(({ name }) => name),
      ["real", "vclsx"],
    );
    assert.deepEqual(found.faults, []);
    assert.match(found.notes.join("\n"), /Site Recovery Manager: shadow\n.*\(vCLS\): vCLS \(1\), vCLS-0a1b/);
  });

  it("with the headers again, as in exports that were put together, is none", () => {
    const again = Object.fromEntries(Object.keys(info("x")).map((header) => [header, header]));
    assert.deepEqual(read([info("a"), again, info("b")], [diskRow("a")]).vms.length, 2);
  });

  it("twice of the same VM counts once; of the same name, without ids, not at all", () => {
    const twice = read([info("a", { "VM ID": "vm-1" }), info("b", { "VM ID": "vm-1" })], [diskRow("a")]);
    assert.deepEqual([twice.vms.map(({ name }) => name), twice.faults[0]], [["a"], 'b VM: "vm-1"']);
    const same = read([info("a"), info("a"), info("b")], [diskRow("b")]);
    assert.deepEqual([same.vms.map(({ name }) => name), same.faults.length], [["b"], 2]);
  });
});
