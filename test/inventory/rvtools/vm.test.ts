import assert from "node:assert/strict";
import type { Cell } from "../../../inventory/readers/rvtools/cell.ts";
import { guestIdOfName } from "../../../inventory/readers/rvtools/guest-names.ts";
import { diskRow, findingsOf, info, sorted } from "./tables.ts";

type Cells = Readonly<Record<string, Cell>>;
const nicRow = (more: Cells = {}): Cells => ({
  ...{ VM: "web", "NIC label": "Network adapter 1", Adapter: "Vmxnet3", Network: "LAN", Connected: "True" },
  ...{ "Starts Connected": "True", "Mac Address": "00:50:56:AE:00:01", "IPv4 Address": null, ...more },
});
const read = (vInfo: Cells = {}, disks: readonly Cells[] = [], nics: readonly Cells[] = [], more: object = {}) => {
  const none = { VM: null, Name: null };
  const tabs = { vInfo: [info("web", vInfo)], vDisk: disks, vNetwork: nics, vSnapshot: [none], ...more };
  const found = sorted(findingsOf(tabs));
  const [vm] = found.vms;
  return { ...found, vm };
};
const placeOf = (more: Cells) => {
  const disk = read({ Disks: 1 }, [diskRow("web", more)]).vm?.disks[0];
  return disk && [disk.deviceKey, disk.controller.bus, disk.controller.busNumber, disk.unit, disk.controller.model];
};

describe("a VM of RVTools", () => {
  it("has the facts of its row, and null for what the row does not tell", () => {
    const { vm, faults } = read({
      ...{
        "VM ID": "vm-1",
        "VM UUID": "5012AAAA",
        "SMBIOS UUID": "4212bbbb",
        "DNS Name": "web.example.org",
        CBT: "True",
      },
      ...{
        "HW version": "vmx-19",
        "EFI Secure boot": "True",
        "FT State": "notConfigured",
        "Consolidation Needed": false,
      },
      ...{
        Host: "esx1",
        Cluster: "CL",
        Datacenter: "DC",
        Folder: "prod",
        Annotation: "notes",
        "Guest state": "running",
      },
      "OS according to the configuration file": "Debian GNU/Linux 12 (64-bit)",
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(vm?.source, { kind: "rvtools", id: "vm-1", server: "vc1.example.org" });
    assert.deepEqual(
      [vm.instanceUuid, vm.hostName, vm.guestId, vm.toolsState],
      ["5012aaaa", "web.example.org", "debian12_64Guest", "running"],
    );
    assert.deepEqual([vm.firmware, vm.secureBoot, vm.tpm, vm.hardwareVersion], ["efi", true, null, 19]);
    assert.deepEqual(
      [vm.changeTracking, vm.faultTolerance, vm.consolidationNeeded, vm.cpuHotAdd],
      [true, false, false, null],
    );
    assert.deepEqual(
      [vm.esxiHost, vm.cluster, vm.datacenter, vm.folder, vm.annotation],
      ["esx1", "CL", "DC", "prod", "notes"],
    );
  });

  it("of a generation without SMBIOS UUID has no instance UUID: VM UUID was the BIOS's there", () => {
    assert.equal(read({ "VM UUID": "4212bbbb" }).vm?.instanceUuid, null);
  });

  it("has no firmware where RVTools says none, and no guest id for a name that is in no table", () => {
    const { vm } = read({ Firmware: null, "OS according to the configuration file": "Plan 9" });
    assert.deepEqual([vm?.firmware, vm?.secureBoot, vm?.guestId, vm?.guestName], [null, null, "", "Plan 9"]);
  });

  it("without a power state, CPUs or memory that mean something is a fault, and the others are read", () => {
    for (const [more, fault] of [
      [{ Powerstate: "sleeping" }, 'web Powerstate: "sleeping"'],
      [{ CPUs: "two" }, 'web CPUs: "two"'],
      [{ Memory: null }, "web Memory: nothing"],
      [{ CPUs: 0 }, "web cpus: 0"],
    ] as const)
      assert.deepEqual([read(more).vms.length, read(more).faults], [0, [fault]]);
  });

  it("tells what the other tabs have of it", () => {
    const of = (more: Cells): Cells[] => [{ VM: "web", ...more }];
    const { vm } = read({}, [], [], {
      vCPU: of({ "Cores p/s": "2", "Hot Add": "True" }),
      vMemory: of({ "Hot Add": "False" }),
      vTools: of({ Tools: "toolsNotInstalled" }),
      vSnapshot: of({ Name: "before", "Date / time": "2024/01/02 03:04:05" }),
      vPartition: of({ Disk: "C:\\", "Capacity MiB": "1,024", "Free MiB": "10" }),
      vCD: of({ "Device Node": "CD/DVD drive 1", Connected: "True" }),
      vUSB: of({ "Device Node": "USB xHCI controller ", "Device Type": null, Connected: null }),
    });
    assert.deepEqual(
      [vm?.coresPerSocket, vm?.cpuHotAdd, vm?.memoryHotAdd, vm?.toolsState],
      [2, true, false, "notInstalled"],
    );
    assert.deepEqual(vm?.snapshots, [{ id: "1", name: "before", createdAt: "2024-01-02T03:04:05", parent: null }]);
    assert.deepEqual(vm.guestDisks, [{ path: "C:\\", capacityBytes: 2 ** 30, freeBytes: 10 << 20, fileSystem: null }]);
    assert.deepEqual(
      vm.devices.map(({ kind, connected }) => [kind, connected]),
      [
        ["cdrom", true],
        ["usbController", null],
      ],
    );
  });
});

describe("disks of RVTools", () => {
  it("are where controller and unit say, in either of the columns, else where their key says", () => {
    assert.deepEqual(placeOf({}), [2000, "scsi", 0, 0, "pvscsi"]);
    assert.deepEqual(placeOf({ Controller: "SCSI controller 1", Label: null, "Unit #": 3, "Disk Key": 2019 }), [
      2019,
      "scsi",
      1,
      3,
      null,
    ]);
    assert.deepEqual(placeOf({ Controller: "IDE 1", Label: "IDE 1", "Unit #": 1, "Disk Key": null }), [
      3003,
      "ide",
      1,
      1,
      null,
    ]);
    assert.deepEqual(placeOf({ Controller: "AHCI", Label: "SATA controller 0", "Unit #": 2, "Disk Key": null }), [
      16_002,
      "sata",
      0,
      2,
      "ahci",
    ]);
    assert.deepEqual(placeOf({ Controller: null, Label: null, "Unit #": null, "Disk Key": 2033 }), [
      2033,
      "scsi",
      2,
      1,
      null,
    ]);
  });

  it("without controller and key are numbered by their rows, told so, and none seems to be the one to boot from", () => {
    const bare = { Controller: null, Label: null, "Unit #": null, "Disk Key": null };
    const { vm, notes } = read({ Disks: 2 }, [
      diskRow("web", bare),
      diskRow("web", { ...bare, "Disk Path": "[ds1] web/b.vmdk" }),
    ]);
    assert.deepEqual(
      vm?.disks.map(({ deviceKey, unit }) => [deviceKey, unit]),
      [
        [2000, 0],
        [2001, 0],
      ],
    );
    assert.match(notes.join(), /in the order of their rows: web/);
  });

  it("of snapshots, LUNs and clusters say so", () => {
    const disk = (more: Cells) => read({ Disks: 1 }, [diskRow("web", more)]).vm?.disks[0];
    assert.deepEqual(disk({ "Disk Path": "[ds1] web/web-000002.vmdk" })?.parentFile, "web/web.vmdk");
    assert.deepEqual(disk({ "Disk Path": "[ds1] web/web-2024.vmdk" })?.parentFile, null);
    assert.deepEqual(disk({ Raw: "True", "Raw Comp. Mode": "virtualMode" })?.rdm, "virtual");
    assert.deepEqual(disk({ Raw: "True" })?.rdm, "physical");
    assert.deepEqual(disk({ "Shared Bus": "physicalSharing" })?.controller.sharedBus, "physical");
    assert.deepEqual(disk({ "Shared Bus": "noSharing" })?.controller.sharedBus, "none");
    assert.deepEqual(disk({ "Sharing mode": "sharingMultiWriter" })?.sharing, "multiWriter");
  });

  it("are not whole where vInfo counts more", () => {
    assert.ok(read({ Disks: 2 }, [diskRow("web")]).vm?.notTold.includes("disks"));
    assert.ok(!read({ Disks: 1 }, [diskRow("web")]).vm?.notTold.includes("disks"));
  });

  it("are not whole where the tab is missing", () => {
    const { vms, notes } = sorted(findingsOf({ vInfo: [info("web", { Disks: null, NICs: null })] }));
    assert.deepEqual(vms[0]?.notTold, ["disks", "nics", "snapshots", "devices", "encryption", "exactSizes"]);
    assert.match(notes.join("\n"), /vDisk is missing, so nothing is known of: disks/);
  });

  it("that cannot be used are faults with the row, and the list is then not whole", () => {
    for (const [more, fault] of [
      [{ "Capacity MiB": 0 }, 'Capacity MiB: "0"'],
      [{ "Capacity MiB": "much" }, 'Capacity MiB: "much"'],
      [{ "Disk Path": null }, "Disk Path: nothing"],
      [{ "Disk Mode": "odd" }, 'Disk Mode: "odd"'],
    ] as const) {
      const { vm, faults } = read({ Disks: 1 }, [diskRow("web", more)]);
      assert.ok(faults[0]?.includes(fault), faults.join());
      assert.deepEqual([vm?.disks.length, vm?.notTold.includes("disks")], [0, true]);
    }
  });

  it("are no paths that lead out of their datastore", () => {
    for (const hostile of ["[ds1] ../../etc/passwd", "[ds1] /etc/passwd", "[ds1] a\\..\\..\\b", "web.vmdk", "[] x"]) {
      const { vm, faults } = read({ Disks: 1 }, [diskRow("web", { "Disk Path": hostile })]);
      assert.deepEqual([vm?.disks, faults.length], [[], 1], hostile);
    }
  });

  it("told twice count once; two with one key are a fault", () => {
    const twice = read({ Disks: 1 }, [diskRow("web"), diskRow("web")]);
    assert.deepEqual([twice.vm?.disks.length, twice.faults], [1, []]);
    const clash = read({ Disks: 2 }, [diskRow("web"), diskRow("web", { "Disk Path": "[ds1] web/other.vmdk" })]);
    assert.deepEqual([clash.vm?.disks.length, clash.faults.length], [1, 1]);
  });
});

describe("NICs of RVTools", () => {
  it("have the addresses of their guest, without prefix and gateway, which RVTools does not tell", () => {
    const cell = {
      "IPv4 Address": "10.0.0.1, fe80::1%eth0, unknown",
      "IPv6 Address": "2001:db8::1",
      Adapter: "Virtual E1000e",
    };
    const [nic] = read({ NICs: 1 }, [], [nicRow({ ...cell, Connected: "False" })]).vm?.nics ?? [];
    assert.deepEqual(
      nic?.addresses.map(({ address, prefixLength }) => `${address}/${String(prefixLength)}`),
      ["10.0.0.1/null", "fe80::1/null", "2001:db8::1/null"],
    );
    assert.deepEqual(
      [nic.macAddress, nic.gateway, nic.connected, nic.startConnected],
      ["00:50:56:ae:00:01", null, false, true],
    );
    assert.deepEqual([nic.deviceKey, nic.network], [4000, "LAN"]);
  });

  it("of older generations, without label, are numbered by their rows", () => {
    const older = { "NIC label": null, "IPv4 Address": null };
    const { vm } = read({ NICs: 2 }, [], [nicRow(older), nicRow({ ...older, "Mac Address": "00:50:56:AE:00:02" })]);
    assert.deepEqual(
      vm?.nics.map(({ deviceKey, label }) => [deviceKey, label]),
      [
        [4000, "Network adapter 1"],
        [4001, "Network adapter 2"],
      ],
    );
  });

  it("with a MAC address that is none are faults; virtual functions are devices that do not move", () => {
    const { vm, faults } = read({ NICs: 1 }, [], [nicRow({ "Mac Address": "0050.56ae.0001" })]);
    assert.deepEqual([vm?.nics, vm?.notTold.includes("nics"), faults.length], [[], true, 1]);
    const sriov = read({ NICs: 1 }, [], [nicRow({ Adapter: "SriovEthernetCard", "Mac Address": null })]).vm;
    assert.deepEqual([sriov?.devices[0]?.kind, sriov?.nics[0]?.macAddress], ["sriov", null]);
  });
});

describe("names of guests", () => {
  it("become vSphere's ids; a name that is in no table stays unknown", () => {
    const cases = {
      "Microsoft Windows Server 2022 (64-bit)": "windows2019srvNext_64Guest",
      "Microsoft Windows Server 2016 or later (64-bit)": "windows9Server64Guest",
      "Microsoft Windows Server 2008 (32-bit)": "winLonghornGuest",
      "Microsoft Windows Server 2008 R2 (64-bit)": "windows7Server64Guest",
      "Microsoft Windows XP Professional (32-bit)": "winXPProGuest",
      "Red Hat Enterprise Linux 9 (64-bit)": "rhel9_64Guest",
      "CentOS 4/5/6/7 (64-bit)": "centos64Guest",
      "CentOS 7 (64-bit)": "centos7_64Guest",
      "SUSE Linux Enterprise 15 (64-bit)": "sles15_64Guest",
      "Ubuntu Linux (64-bit)": "ubuntu64Guest",
      "Other 3.x or later Linux (64-bit)": "other3xLinux64Guest",
      "Other 2.6.x Linux (32-bit)": "other26xLinuxGuest",
      "Other (64-bit)": "otherGuest64",
      "Microsoft Windows Server 2022 (32-bit)": "",
      "Debian GNU/Linux": "",
      TempleOS: "",
      "": "",
    };
    for (const [name, id] of Object.entries(cases)) assert.equal(guestIdOfName(name), id, name);
  });
});
