import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { project } from "../../cli/project.ts";
import { manualFindings, readManual } from "../../inventory/readers/manual.ts";
import type { Finding } from "../../inventory/readers/reader.ts";
import { sparseVmdk } from "./sparse-vmdk.ts";

const GIB = 2 ** 30;

describe("VMs written by hand", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-manual-"));
    writeFileSync(path.join(folder, "fax.vmdk"), sparseVmdk(4 * GIB));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function read(text: string): Promise<Finding[]> {
    const found: Finding[] = [];
    for await (const one of manualFindings("vms.yaml", text, { datastore: "ds1", datastoreFolder: folder }))
      found.push(one);
    return found;
  }
  const yaml = (vm: string): string =>
    `version: 1\nvms:\n  - name: fax\n    cpus: 1\n    memory: 512 MiB\n${vm.replace(/^/gm, "    ")}\n`;
  const vmsOf = (found: readonly Finding[]) => found.flatMap((one) => ("vm" in one ? [one.vm] : []));
  const faultsOf = (found: readonly Finding[]) => found.flatMap((one) => ("fault" in one ? [one.fault] : []));
  const notesOf = (found: readonly Finding[]) => found.flatMap((one) => ("note" in one ? [one.note.text] : []));
  const onlyFault = (found: readonly Finding[]) => {
    const faults = faultsOf(found);
    assert.ok(faults.length === 1 && vmsOf(found).length === 0, JSON.stringify(found));
    const [fault] = faults;
    assert.ok(fault);
    return fault;
  };

  it("need little: sizes come from the files, and what was taken for granted is told", async () => {
    const found = await read(yaml("disks:\n  - file: fax.vmdk"));
    const [fax] = vmsOf(found);
    assert.ok(fax);
    assert.deepEqual(
      [fax.powerState, fax.firmware, fax.memoryMiB, fax.guestId, fax.source],
      ["poweredOff", "bios", 512, "", { kind: "manual", id: "fax", server: "vms.yaml" }],
    );
    assert.deepEqual(
      fax.disks.map(({ deviceKey, file, datastore, format, capacityBytes }) => [
        ...[deviceKey, file, datastore, format, capacityBytes],
      ]),
      [[2000, "fax.vmdk", "ds1", "vmdk", 4 * GIB]],
    );
    assert.deepEqual(notesOf(found), [
      "not said, so taken: switched off, firmware bios, an unknown system, disk 1 on scsi",
    ]);
  });

  it("can say everything: the example of one of everything is read without a fault", async () => {
    const file = path.join(project, "inventory", "manual.example.yaml");
    writeFileSync(path.join(folder, "vms.yaml"), readFileSync(file, "utf8").replace("fax/fax.vmdk", "fax.vmdk"));
    writeFileSync(path.join(folder, "system"), "");
    const text = readFileSync(path.join(folder, "vms.yaml"), "utf8");
    const found = await read(text.replace("file: erp/system.qcow2", "file: erp/system.qcow2\n        size: 60 GB"));
    assert.deepEqual(faultsOf(found), []);
    const erp = vmsOf(found)[1];
    assert.ok(erp);
    assert.deepEqual(
      [erp.name, erp.source.id, erp.powerState, erp.firmware, erp.secureBoot, erp.guestId, erp.hostName, erp.vips],
      ["Old ERP", "erp", "poweredOn", "efi", true, "windows9Server64Guest", "erp.example.com", ["10.20.0.99"]],
    );
    assert.deepEqual(
      erp.disks.map(({ deviceKey, datastore, format, capacityBytes, bootOrder, controller }) => [
        ...[deviceKey, datastore, format, capacityBytes, bootOrder, controller.bus],
      ]),
      [
        [16000, "ds1", "qcow2", 60e9, 0, "sata"],
        [2000, "san2", "raw", 500 * GIB, null, "scsi"],
      ],
    );
    assert.deepEqual(
      erp.nics.map(({ deviceKey, macAddress, addresses, gateway, adapter, connected }) => [
        ...[deviceKey, macAddress, addresses.length, gateway, adapter, connected],
      ]),
      [
        [4000, "00:50:56:00:00:77", 2, "10.30.0.1", "e1000", true],
        [4001, null, 0, null, null, false],
      ],
    );
  });

  const bad: readonly (readonly [string, string, number, RegExp])[] = [
    ["an unknown key", "disk: []\ndisks:\n  - file: fax.vmdk", 6, /did you mean disks/],
    ["a size without unit", "disks:\n  - file: fax.vmdk\n    size: 20", 8, /GiB/],
    ["another size than the file's", "disks:\n  - file: fax.vmdk\n    size: 8 GiB", 8, /correct it/],
    ["a file that is not there", "disks:\n  - file: gone.vmdk", 7, /say the size/],
    ["a path that climbs", "disks:\n  - file: ../fax.vmdk\n    size: 4 GiB", 7, /relative to the datastore/],
    ["an absolute path", "disks:\n  - file: /etc/passwd.raw\n    size: 4 GiB", 7, /relative to the datastore/],
    ["a file without a format", "disks:\n  - file: fax\n    size: 4 GiB", 7, /say the format/],
    ["a size that is not said", "disks:\n  - file: x.raw\n    datastore: other", 7, /size: 20 GiB/],
    ["no disk", "disks: []", 6, /correct/],
    [
      "an address that is none",
      "disks:\n  - file: fax.vmdk\nnics:\n  - network: n\n    addresses: [10.0.0.300]",
      10,
      /correct/,
    ],
    ["a MAC that is none", "disks:\n  - file: fax.vmdk\nnics:\n  - network: n\n    mac: 0:1", 10, /correct/],
    ["a device key twice", "disks:\n  - file: fax.vmdk\n    deviceKey: 2001\n  - file: fax.vmdk", 0, /key/],
  ];
  for (const [what, text, line, advice] of bad)
    it(`have a fault with its line: ${what}`, async () => {
      const fault = onlyFault(await read(yaml(text)));
      if (line > 0) assert.deepEqual([fault.line, fault.vm], [line, "fax"]);
      assert.match(`${fault.expected} ${fault.advice}`, advice);
    });

  it("hide no other where one is wrong, and are not taken twice", async () => {
    const vm = (name: string, cpus: string) =>
      `  - { name: ${name}, cpus: ${cpus}, memory: 1 GiB, disks: [{ file: fax.vmdk }] }\n`;
    const found = await read(`version: 1\nvms:\n${vm("a", "none")}${vm("b", "1")}${vm("b", "1")}`);
    assert.deepEqual(
      vmsOf(found).map(({ name }) => name),
      ["b"],
    );
    assert.deepEqual(
      faultsOf(found).map(({ line, path: at }) => [line, at]),
      [
        [3, "vms.0.cpus"],
        [5, "vms.1.name".replace("1", "2")],
      ],
    );
  });

  it("are not looked for behind a link out of the datastore", async () => {
    const outside = mkdtempSync(path.join(tmpdir(), "wavelift-outside-"));
    writeFileSync(path.join(outside, "secret.vmdk"), sparseVmdk(GIB));
    symlinkSync(path.join(outside, "secret.vmdk"), path.join(folder, "link.vmdk"));
    assert.match(onlyFault(await read(yaml("disks:\n  - file: link.vmdk"))).expected, /leads out/);
    rmSync(outside, { recursive: true });
  });

  it("are not read from what is no YAML of this kind", async () => {
    for (const text of ["", "version: 2\nvms: []", "vms:\n\t- x", "a: &a [*a]\n"])
      assert.ok(faultsOf(await read(text)).length > 0, text);
    const file = path.join(folder, "gone.yaml");
    const found: Finding[] = [];
    for await (const one of readManual(file, { datastore: "x", datastoreFolder: folder })) found.push(one);
    assert.equal(onlyFault(found).value, "not there");
  });
});
