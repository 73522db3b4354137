import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { hypervFindings, readHyperv } from "../../inventory/readers/hyperv.ts";
import type { Finding } from "../../inventory/readers/reader.ts";
import { windowsPlace } from "../../inventory/readers/windows-path.ts";

const GIB = 2 ** 30;

const disk = (changes: object = {}) => ({
  ControllerType: "SCSI",
  ControllerNumber: 0,
  ControllerLocation: 0,
  Path: "C:\\ClusterStorage\\Volume1\\web01\\Virtual Hard Disks\\web01.vhdx",
  DiskNumber: null,
  PhysicalSize: null,
  SupportPersistentReservations: false,
  VhdFormat: "VHDX",
  VhdType: "Dynamic",
  Size: 40 * GIB,
  FileSize: 12 * GIB,
  ParentPath: "",
  DiskIdentifier: "A1B2C3D4-0000-0000-0000-000000000001",
  ...changes,
});
const nic = (changes: object = {}) => ({
  Name: "Network Adapter",
  MacAddress: "00155D0A0B0C",
  DynamicMacAddressEnabled: true,
  SwitchName: "vSwitch",
  Connected: true,
  IsLegacy: false,
  IovWeight: 0,
  IPAddresses: ["10.20.0.9", "fe80::215:5dff:fe0a:b0c%5"],
  VlanMode: "Access",
  AccessVlanId: 10,
  AllowedVlanIds: "",
  ...changes,
});
const vm = (changes: object = {}) => ({
  Id: "B6C7F1A2-1111-2222-3333-444455556666",
  Name: "web01",
  State: "Running",
  Generation: 2,
  Notes: "the web",
  ProcessorCount: 4,
  MemoryStartup: 4 * GIB,
  MemoryAssigned: 6 * GIB,
  DynamicMemoryEnabled: true,
  MemoryMinimum: GIB,
  MemoryMaximum: 16 * GIB,
  Heartbeat: "OkApplicationsHealthy",
  Host: "HV01",
  Cluster: "HVC",
  IsClustered: true,
  SecureBoot: "On",
  BootDisks: ["SCSI 0:0"],
  TpmEnabled: true,
  Shielded: false,
  HardDisks: [
    disk(),
    disk({ ControllerLocation: 1, Path: "\\\\fs1\\vms\\data.vhd", VhdFormat: "VHD", VhdType: "Fixed" }),
  ],
  NetworkAdapters: [nic()],
  DvdDrives: ["SCSI 0:2"],
  Checkpoints: [],
  IntegrationServices: [{ Name: "Heartbeat", Enabled: true, Status: "OK" }],
  GuestName: "web01.example.com",
  GuestOs: "Windows Server 2019 Standard",
  GuestOsVersion: "10.0.17763",
  ...changes,
});
const findings = (vms: unknown): Finding[] => [
  ...hypervFindings("vms.json", Buffer.from(JSON.stringify({ version: 1, vms }))),
];
const vmsOf = (found: readonly Finding[]) => found.flatMap((one) => ("vm" in one ? [one.vm] : []));
const faultsOf = (found: readonly Finding[]) =>
  found.flatMap((one) => ("fault" in one ? [`${one.fault.path}: ${one.fault.value}`] : []));
const only = (found: readonly Finding[]) => {
  assert.deepEqual(faultsOf(found), []);
  const [first, second] = vmsOf(found);
  assert.ok(first !== undefined && second === undefined);
  return first;
};

describe("VMs of a Hyper-V export", () => {
  it("are read with all that the script asks", () => {
    const web = only(findings([vm()]));
    assert.deepEqual(
      [web.name, web.powerState, web.firmware, web.secureBoot, web.tpm, web.cpus, web.memoryMiB, web.toolsState],
      ["web01", "poweredOn", "efi", true, true, 4, 6144, "running"],
    );
    assert.deepEqual(
      [web.guestId, web.guestReportedName, web.hostName, web.annotation, web.cluster, web.esxiHost],
      [
        ...["windows2019srv_64Guest", "Windows Server 2019 Standard 10.0.17763", "web01.example.com", "the web"],
        ...["HVC", "HV01"],
      ],
    );
    assert.deepEqual(web.source, { kind: "hyperv", id: "b6c7f1a2-1111-2222-3333-444455556666", server: "HVC" });
    assert.deepEqual(web.customAttributes, {
      Generation: "2",
      "Dynamic memory": "1024 MiB to 16384 MiB, starts with 4096 MiB",
      "Cluster role": "yes",
    });
    assert.deepEqual(
      web.disks.map(({ deviceKey, datastore, file, format, capacityBytes, usedBytes, thin, bootOrder }) => [
        ...[deviceKey, datastore, file, format, capacityBytes, usedBytes, thin, bootOrder],
      ]),
      [
        [2000, "Volume1", "web01/Virtual Hard Disks/web01.vhdx", "vhdx", 40 * GIB, 12 * GIB, true, 0],
        [2001, "fs1/vms", "data.vhd", "vhd", 40 * GIB, 12 * GIB, false, null],
      ],
    );
    assert.deepEqual(
      web.nics.map(({ macAddress, network, addresses, connected }) => [macAddress, network, addresses, connected]),
      [
        [
          "00:15:5d:0a:0b:0c",
          "vSwitch (VLAN 10)",
          [
            { address: "10.20.0.9", prefixLength: null },
            { address: "fe80::215:5dff:fe0a:b0c", prefixLength: null },
          ],
          true,
        ],
      ],
    );
    assert.deepEqual(
      web.devices.map(({ kind, label }) => `${kind} ${label}`),
      ["cdrom SCSI 0:2"],
    );
  });

  it("tell hosts and networks of their source", () => {
    const [source] = findings([vm(), vm({ Id: "2", Name: "b", Host: "HV02" })]).flatMap((one) =>
      "source" in one ? [one.source] : [],
    );
    assert.deepEqual(
      [source?.server, source?.hosts.map(({ name }) => name), source?.networks.map(({ name, vlan }) => [name, vlan])],
      ["HVC", ["HV01", "HV02"], [["vSwitch (VLAN 10)", "10"]]],
    );
  });

  it("of generation 1 are BIOS and start from their first IDE disk", () => {
    const ide = { ControllerType: "IDE", Path: "D:\\VMs\\old.vhd", VhdFormat: "VHD" };
    const old = only(
      findings([
        vm({
          ...{ Generation: 1, SecureBoot: null, TpmEnabled: null, BootDisks: [], State: "Off", Heartbeat: "" },
          HardDisks: [disk({ ...ide, ControllerNumber: 1 }), disk(ide), disk({ ControllerLocation: 3 })],
          NetworkAdapters: [nic({ MacAddress: "000000000000", SwitchName: null, Connected: false, IsLegacy: true })],
          ...{ GuestOs: null, GuestOsVersion: null },
        }),
      ]),
    );
    assert.deepEqual(
      [old.firmware, old.secureBoot, old.tpm, old.powerState, old.toolsState, old.guestId],
      ["bios", false, false, "poweredOff", "unknown", ""],
    );
    assert.deepEqual(
      old.disks.map(({ deviceKey, bootOrder, datastore, controller }) => [
        ...[deviceKey, bootOrder, datastore, controller.bus],
      ]),
      [
        [3002, null, "hv01/D", "ide"],
        [3000, 0, "hv01/D", "ide"],
        [2003, null, "Volume1", "scsi"],
      ],
    );
    assert.deepEqual(
      [old.nics[0]?.macAddress, old.nics[0]?.network, old.nics[0]?.connected],
      [null, "not connected", false],
    );
  });

  it("are taken as Windows PowerShell 5.1 writes them: no lists, numbers, its dates", () => {
    const checkpoint = { Id: "c1", Name: "before", CreationTime: "/Date(1709629964000)/", ParentSnapshotId: null };
    const odd = vm({
      ...{ State: 2, SecureBoot: 1, Checkpoints: checkpoint, DvdDrives: [null], IntegrationServices: null },
      HardDisks: disk({ ControllerType: 1, VhdFormat: 3, VhdType: 4, ParentPath: "C:\\base.vhdx" }),
      NetworkAdapters: nic({ VlanMode: 2, AllowedVlanIds: "1-100", IPAddresses: "10.20.0.9" }),
    });
    const web = only(findings(odd));
    assert.deepEqual([web.powerState, web.secureBoot, web.devices], ["poweredOn", false, []]);
    assert.deepEqual(web.snapshots, [
      { id: "c1", name: "before", createdAt: "2024-03-05T09:12:44.000Z", parent: null },
    ]);
    assert.deepEqual([web.disks[0]?.format, web.disks[0]?.parentFile], ["vhdx", "C:\\base.vhdx"]);
    assert.deepEqual([web.nics[0]?.network, web.nics[0]?.addresses.length], ["vSwitch (trunk 1-100)", 1]);
  });

  it("are suspended when saved or paused, and off when off", () => {
    const states = ["Saved", 6, "Paused", 9, "Off", 3, "Starting", "FastSaved", 32779];
    assert.deepEqual(
      states.map((State) => only(findings([vm({ State })])).powerState),
      [
        ...["suspended", "suspended", "suspended", "suspended", "poweredOff", "poweredOff", "poweredOn"],
        ...["suspended", "suspended"],
      ],
    );
  });

  it("say shared disks, and physical ones", () => {
    const shared = only(findings([vm({ HardDisks: [disk({ SupportPersistentReservations: true })] })]));
    assert.equal(shared.disks[0]?.sharing, "multiWriter");
    const whole = { DiskNumber: 3, PhysicalSize: GIB, Path: "Disk 3 1.00 GB Bus 0 Lun 0 Target 0", VhdFormat: null };
    assert.deepEqual(only(findings([vm({ HardDisks: [disk(whole)] })])).disks[0]?.rdm, "physical");
  });

  it("are left out whole when one of their disks cannot be taken, with the reason, and hide no other", () => {
    const bad: readonly (readonly [object, RegExp])[] = [
      [{ Path: "C:\\ClusterStorage\\Volume1\\..\\..\\secret.vhdx" }, /it has \.\./],
      [{ Path: "shared.vhds", VhdFormat: "VHDSet" }, /neither on a drive/],
      [{ Path: "C:\\x\\shared.vhds", VhdFormat: "VHDSet" }, /VHDSet/],
      [{ Path: "C:\\x\\disk.iso", VhdFormat: null }, /unknown format/],
      [{ Size: null }, /no size/],
      [{ Path: null }, /no path/],
      [{ DiskNumber: 3, PhysicalSize: null }, /no size/],
      [{ ControllerType: "Floppy" }, /Floppy/],
      [{ ControllerNumber: -1 }, /-1/],
    ];
    for (const [changes, pattern] of bad) {
      const found = findings([
        vm({ HardDisks: [disk(), disk({ ControllerLocation: 5, ...changes })] }),
        vm({ Id: "2", Name: "b" }),
      ]);
      assert.deepEqual(
        vmsOf(found).map(({ name }) => name),
        ["b"],
      );
      assert.match(faultsOf(found).join("\n"), pattern);
    }
  });

  it("are not taken twice", () => {
    const found = findings([vm(), vm()]);
    assert.equal(vmsOf(found).length, 1);
    assert.deepEqual(faultsOf(found), ["vms.1.Id: B6C7F1A2-1111-2222-3333-444455556666"]);
  });

  it("are named where a value is wrong", () => {
    assert.deepEqual(faultsOf(findings([vm({ ProcessorCount: "many" }), { Name: "x" }])).slice(0, 2), [
      'vms.0.ProcessorCount: "many"',
      "vms.1.Id: nothing",
    ]);
  });

  it("are read from a file in UTF-8 or UTF-16 with a byte-order mark, and from nothing else", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "wavelift-hyperv-"));
    const file = path.join(folder, "vms.json");
    const text = JSON.stringify({ version: 1, vms: [vm({ Name: "Müller" })] });
    const read = async (content: Buffer): Promise<Finding[]> => {
      writeFileSync(file, content);
      const found: Finding[] = [];
      for await (const one of readHyperv(file, { datastore: "x", datastoreFolder: folder })) found.push(one);
      return found;
    };
    const utf16 = Buffer.from(`\uFEFF${text}`, "utf16le");
    for (const content of [Buffer.from(text), Buffer.from(`\uFEFF${text}`), utf16, Buffer.from(utf16).swap16()])
      assert.equal(only(await read(content)).name, "Müller");
    for (const content of ["", "{", "[]", '{"version":2,"vms":[]}', "\u0000\u0001"])
      assert.equal(faultsOf(await read(Buffer.from(content))).length, 1);
    rmSync(folder, { recursive: true });
    const gone: Finding[] = [];
    for await (const one of readHyperv(file, { datastore: "x", datastoreFolder: folder })) gone.push(one);
    assert.match(faultsOf(gone)[0] ?? "", /ENOENT/);
  });
});

describe("a Windows path", () => {
  const places: readonly (readonly [string, string, string])[] = [
    ["C:\\ClusterStorage\\Volume 2\\a\\b.vhdx", "Volume 2", "a/b.vhdx"],
    ["c:/clusterstorage/V1/b.vhdx", "V1", "b.vhdx"],
    ["\\\\?\\UNC\\fs\\share\\b.vhdx", "fs/share", "b.vhdx"],
    ["\\\\?\\d:\\b.vhdx", "hv/D", "b.vhdx"],
  ];
  it("is a datastore and a file in it", () => {
    for (const [text, datastore, file] of places) assert.deepEqual(windowsPlace(text, "hv"), { datastore, file });
  });
  it("is refused when it is relative, climbs, or leads to a device", () => {
    for (const text of [
      "b.vhdx",
      "C:b.vhdx",
      "C:\\a\\..\\b",
      "\\\\.\\PhysicalDrive0",
      "\\\\?\\Volume{1}\\b",
      "C:\\a\nb",
      "C:\\",
    ])
      assert.ok("refused" in windowsPlace(text, "hv"), text);
  });
});
