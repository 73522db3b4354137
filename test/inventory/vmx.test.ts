import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { guestIdOf } from "../../inventory/readers/vmx-guest.ts";
import { parseVmx } from "../../inventory/readers/vmx-text.ts";
import { readVmx } from "../../inventory/readers/vmx.ts";
import type { Finding } from "../../inventory/readers/reader.ts";

const descriptor = (extents: readonly string[], more = ""): string =>
  [
    "# Disk DescriptorFile",
    "version=1",
    "CID=fffffffe",
    "parentCID=ffffffff",
    'createType="vmfs"',
    more,
    ...extents,
  ].join("\n");

describe("VMs in .vmx files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-vmx-"));
    cpSync(path.join(import.meta.dirname, "vmx", "web01"), path.join(folder, "web01"), { recursive: true });
    mkdirSync(path.join(folder, "web01", "data"));
    writeFileSync(path.join(folder, "web01", "web01.vmdk"), descriptor(['RW 4096 VMFS "web01-flat.vmdk"']));
    writeFileSync(
      path.join(folder, "web01", "data", "web01_1.vmdk"),
      descriptor(['RW 2048 SPARSE "web01_1-s001.vmdk"', 'RW 1024 SPARSE "web01_1-s002.vmdk"']),
    );
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function read(place = folder): Promise<Finding[]> {
    const found: Finding[] = [];
    for await (const finding of readVmx(place, { datastore: "ds1", datastoreFolder: folder })) found.push(finding);
    return found;
  }
  const only = (found: readonly Finding[]) => {
    const [first] = found;
    assert.ok(found.length === 1 && first !== undefined && "vm" in first, JSON.stringify(found));
    return first.vm;
  };
  const faultsOf = (found: readonly Finding[]) => found.flatMap((one) => ("fault" in one ? [one.fault] : []));

  it("are read with all that a .vmx file tells", async () => {
    const vm = only(await read());
    assert.deepEqual(
      [vm.name, vm.annotation, vm.powerState, vm.firmware, vm.secureBoot, vm.guestId, vm.hardwareVersion],
      ['Web "Müller" 01', "line one\nline two", "poweredOff", "efi", true, "debian11_64Guest", 19],
    );
    assert.deepEqual([vm.cpus, vm.coresPerSocket, vm.memoryMiB], [4, 2, 3072]);
    assert.equal(vm.instanceUuid, "502a1122-3344-5566-7788-99aabbccddee");
    assert.deepEqual(vm.source, { kind: "vmx", id: "web01/web01.vmx", server: "ds1" });
    assert.deepEqual(
      vm.disks.map(({ deviceKey, file, capacityBytes, mode, sharing, bootOrder, controller }) => [
        ...[deviceKey, file, capacityBytes, mode, sharing, bootOrder],
        ...[controller.bus, controller.model, controller.key],
      ]),
      [
        [2000, "web01/web01.vmdk", 4096 * 512, "persistent", "none", null, "scsi", "pvscsi", 1000],
        [
          2001,
          "web01/data/web01_1.vmdk",
          3072 * 512,
          "independent_persistent",
          "multiWriter",
          0,
          "scsi",
          "pvscsi",
          1000,
        ],
      ],
    );
    assert.deepEqual(
      vm.nics.map(({ deviceKey, macAddress, network, adapter, startConnected }) => [
        ...[deviceKey, macAddress, network, adapter, startConnected],
      ]),
      [
        [4000, "00:50:56:aa:bb:01", "VM Network", "vmxnet3", true],
        [4001, "00:50:56:00:00:02", "nat", null, false],
      ],
    );
    assert.deepEqual(
      vm.devices.map(({ kind, label }) => `${kind} ${label}`),
      ["passthrough pcipassthru0", "usbController usb", "cdrom sata0:0"],
    );
  });

  it("have the name of their file when they say none (found by fuzzing)", async () => {
    writeFileSync(path.join(folder, "nameless.vmx"), 'displayName = ""\n');
    assert.equal(only(await read(path.join(folder, "nameless.vmx"))).name, "nameless");
  });

  it("tell their snapshots, from the file beside them", async () => {
    const lines = [
      ...['snapshot.numSnapshots = "2"', 'snapshot0.uid = "1"', 'snapshot0.displayName = "before"'],
      ...['snapshot0.createTimeHigh = "398054"', 'snapshot0.createTimeLow = "1051958016"'],
      ...['snapshot1.uid = "3"', 'snapshot1.parent = "1"', 'snapshot1.displayName = "after |22x|22"'],
    ];
    writeFileSync(path.join(folder, "web01", "web01.vmsd"), lines.join("\n"));
    assert.deepEqual(only(await read()).snapshots, [
      { id: "1", name: "before", createdAt: "2024-03-05T09:12:44.000Z", parent: null },
      { id: "3", name: 'after "x"', createdAt: null, parent: "1" },
    ]);
  });

  it("are refused when VMware has encrypted them", async () => {
    const file = path.join(folder, "secret.vmx");
    writeFileSync(file, 'displayName = "s"\nencryption.keySafe = "vmware:key/list/..."\nencryption.data = "abc"\n');
    const found = await read(file);
    assert.deepEqual([found.length, faultsOf(found).map(({ value, vm }) => [vm, value])], [1, [["s", "encrypted"]]]);
  });

  it("are not taken without a disk that lies behind a link out of the datastore", async () => {
    const outside = mkdtempSync(path.join(tmpdir(), "wavelift-outside-"));
    writeFileSync(path.join(outside, "web01.vmdk"), descriptor(['RW 4096 VMFS "web01-flat.vmdk"']));
    rmSync(path.join(folder, "web01", "web01.vmdk"));
    symlinkSync(path.join(outside, "web01.vmdk"), path.join(folder, "web01", "web01.vmdk"));
    const found = await read();
    assert.deepEqual([found.length, faultsOf(found).length], [1, 1]);
    assert.match(faultsOf(found)[0]?.expected ?? "", /a file below/);
    rmSync(outside, { recursive: true });
  });

  it("are switched on while VMware's lock folder is there", async () => {
    mkdirSync(path.join(folder, "web01", "web01.vmx.lck"));
    assert.equal(only(await read()).powerState, "poweredOn");
  });

  it("name the disk that a snapshot's disk is a difference to", async () => {
    writeFileSync(
      path.join(folder, "web01", "web01.vmdk"),
      descriptor(['RW 4096 VMFSSPARSE "web01-000001-delta.vmdk"'], 'parentFileNameHint="web01-base.vmdk"'),
    );
    assert.equal(only(await read()).disks[0]?.parentFile, "web01-base.vmdk");
  });

  it("say which disk is missing, and which is outside the datastore", async () => {
    rmSync(path.join(folder, "web01", "web01.vmdk"));
    const [missing] = faultsOf(await read());
    assert.match(missing?.value ?? "", /web01\.vmdk: ENOENT/);
    const [outside] = faultsOf(await readFrom(path.join(folder, "web01", "data")));
    assert.match(outside?.expected ?? "", /a file below/);
  });

  async function readFrom(datastoreFolder: string): Promise<Finding[]> {
    const found: Finding[] = [];
    for await (const finding of readVmx(path.join(folder, "web01", "web01.vmx"), { datastore: "x", datastoreFolder }))
      found.push(finding);
    return found;
  }

  it("keep a NIC to which VMware has not given a MAC address yet, without one", async () => {
    writeFileSync(path.join(folder, "bare.vmx"), 'displayName = "bare"\nethernet0.present = "TRUE"\n');
    const vm = only(await read(path.join(folder, "bare.vmx")));
    assert.equal(vm.name, "bare");
    assert.deepEqual(
      vm.nics.map(({ deviceKey, macAddress }) => [deviceKey, macAddress]),
      [[4000, null]],
    );
  });
});

describe("a .vmx file's text", () => {
  it("takes keys in any case and leaves out lines of another form", () => {
    const values = parseVmx('MemSize = "512"\r\n# comment = "x"\nno quotes = 5\n__proto__ = "x"\n = "y"\n');
    assert.deepEqual(
      [...values],
      [
        ["memsize", "512"],
        ["__proto__", "x"],
      ],
    );
  });

  it("names guests as the vSphere API does", () => {
    const cases = {
      "debian11-64": "debian11_64Guest",
      "ubuntu-64": "ubuntu64Guest",
      "windows2019srv-64": "windows2019srv_64Guest",
      "windows9srv-64": "windows9Server64Guest",
      "windows7-64": "windows7_64Guest",
      "otherlinux-64": "otherLinux64Guest",
      "other5xlinux-64": "other5xLinux64Guest",
      "oraclelinux8-64": "oracleLinux8_64Guest",
      "rockylinux-64": "rockylinux_64Guest",
      debian10: "debian10Guest",
      debian10_64Guest: "debian10_64Guest",
    };
    for (const [text, id] of Object.entries(cases)) assert.equal(guestIdOf(text), id);
  });
});
