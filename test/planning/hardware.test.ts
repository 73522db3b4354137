import assert from "node:assert/strict";
import { EstateDisk } from "../../inventory/schema/estate.ts";
import { chooseBootDisk } from "../../planning/boot-disk.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { disk, estateVm, input, nic, plan } from "./fixtures.ts";

const at = (deviceKey: number, bus: string, busNumber: number, unit: number, changes: object = {}) =>
  EstateDisk.parse(disk(deviceKey, { controller: { key: null, bus, busNumber, model: null }, unit, ...changes }));

const choose = (disks: EstateDisk[], declared?: number) => {
  const decision = chooseBootDisk(disks, declared);
  return decision.ok ? [decision.value.disk.deviceKey, decision.value.doubt] : decision.problem;
};

describe("the boot disk", () => {
  const two = [at(2001, "scsi", 0, 1), at(2000, "scsi", 0, 0)];

  it("is the one that the plan declares", () => {
    assert.deepEqual(choose([at(2000, "scsi", 0, 0, { bootOrder: 0 }), at(2001, "scsi", 0, 1)], 2001), [2001, "none"]);
    assert.equal(choose(two, 9), "bootDisk 9 of the plan is no disk of the VM: name one of 2001, 2000");
  });

  it("else the first of the boot order", () => {
    const disks = [
      at(2000, "scsi", 0, 0, { bootOrder: 1 }),
      at(2001, "scsi", 0, 1, { bootOrder: 0 }),
      at(2002, "ide", 0, 0),
    ];
    assert.deepEqual(choose(disks), [2001, "none"]);
  });

  it("else the first by controller, never by list or device key, and likely right at 0:0 of the only bus", () => {
    assert.deepEqual(choose(two), [2000, "likely"]);
    assert.deepEqual(choose([at(2000, "scsi", 1, 0), at(2016, "scsi", 0, 0)]), [2016, "likely"]);
    assert.deepEqual(choose([at(2000, "sata", 0, 0)]), [2000, "none"]);
  });

  it("is only guessed with several buses, nothing at 0:0, or two disks in one place", () => {
    assert.deepEqual(choose([at(2000, "scsi", 0, 0), at(3000, "ide", 0, 0)]), [2000, "guessed"]);
    assert.deepEqual(choose([at(2000, "scsi", 0, 1), at(2001, "scsi", 0, 2)]), [2000, "guessed"]);
    assert.deepEqual(choose([at(2000, "scsi", 0, 0), at(2001, "scsi", 0, 0)]), [2000, "guessed"]);
  });

  it("is missing when there is no disk", () => {
    assert.equal(choose([]), "the VM has no disk");
  });
});

/** Image properties of a VM with these facts, all that they do not name left at a Debian VM with BIOS. */
function properties(facts: object, overrides: object = {}): Record<string, string> {
  const vm = planWave(input([estateVm("web01", facts)], { plan: plan({ web01: overrides }) })).file.vms[0];
  assert.ok(vm);
  return vm.imageProperties;
}

const linux = {
  hw_disk_bus: "scsi",
  hw_rng_model: "virtio",
  hw_scsi_model: "virtio-scsi",
  hw_vif_model: "virtio",
  hw_video_model: "vga",
  os_distro: "debian",
  os_type: "linux",
};
const windows = {
  hw_disk_bus: "sata",
  hw_vif_model: "e1000",
  hw_video_model: "vga",
  os_distro: "windows",
  os_type: "windows",
};
const source = (model: string) => ({
  disks: [disk(2000, { controller: { key: null, bus: "scsi", busNumber: 0, model } })],
});

describe("image properties", () => {
  const cases: [string, object, object][] = [
    ["Linux, BIOS", {}, linux],
    ["Linux, UEFI", { firmware: "efi" }, { ...linux, hw_firmware_type: "uefi", hw_machine_type: "q35" }],
    [
      "Linux, secure boot",
      { firmware: "efi", secureBoot: true },
      { ...linux, hw_firmware_type: "uefi", hw_machine_type: "q35", os_secure_boot: "required" },
    ],
    ["secure boot means nothing to a BIOS", { secureBoot: true }, linux],
    ["a TPM is not promised", { tpm: true }, linux],
    ["Windows keeps devices that it has drivers of", { guestId: "windows2019srv_64Guest" }, windows],
    [
      "Windows, UEFI",
      { guestId: "windows9_64Guest", firmware: "efi" },
      { ...windows, hw_firmware_type: "uefi", hw_machine_type: "q35" },
    ],
    [
      "Windows with e1000e cards keeps them",
      { guestId: "windows2019srv_64Guest", nics: [nic(4000, "00:50:56:00:00:01", null, { adapter: "E1000e" })] },
      { ...windows, hw_vif_model: "e1000e" },
    ],
    [
      "Windows that ran on virtio keeps it",
      {
        guestId: "windows2019srv_64Guest",
        ...source("virtio-scsi"),
        nics: [nic(4000, "00:50:56:00:00:01", null, { adapter: "virtio" })],
      },
      { ...windows, hw_disk_bus: "scsi", hw_scsi_model: "virtio-scsi", hw_vif_model: "virtio" },
    ],
    [
      "Windows before Vista knows IDE only, which q35 has not",
      { guestId: "winNetEnterpriseGuest" },
      { ...windows, hw_disk_bus: "ide", hw_machine_type: "pc" },
    ],
    [
      "a guest id that nobody knows",
      { guestId: "otherGuest" },
      { hw_disk_bus: "ide", hw_machine_type: "pc", hw_vif_model: "e1000", hw_video_model: "vga" },
    ],
    [
      "an unknown guest with UEFI gets SATA: q35 has no IDE",
      { guestId: "otherGuest64", firmware: "efi" },
      {
        hw_disk_bus: "sata",
        hw_firmware_type: "uefi",
        hw_machine_type: "q35",
        hw_vif_model: "e1000",
        hw_video_model: "vga",
      },
    ],
    ["Linux on virtio-blk keeps /dev/vda", source("virtio"), { ...withoutScsi(), hw_disk_bus: "virtio" }],
    [
      "cores per socket",
      { coresPerSocket: 2 },
      { ...linux, hw_cpu_sockets: "1", hw_cpu_cores: "2", hw_cpu_threads: "1" },
    ],
    ["cores that do not divide the flavor's vCPUs", { coresPerSocket: 4 }, linux],
  ];
  for (const [title, facts, expected] of cases)
    it(title, () => {
      assert.deepEqual(properties(facts), expected);
    });

  it("follow the plan's firmware, whatever the source tells", () => {
    const uefi = { ...linux, hw_firmware_type: "uefi", hw_machine_type: "q35" };
    assert.deepEqual(properties({ firmware: null, secureBoot: null }, { firmware: "efi" }), uefi);
    assert.deepEqual(properties({ firmware: "efi" }, { firmware: "bios" }), linux);
    assert.deepEqual(properties({ firmware: "efi", secureBoot: null }, { secureBoot: true }), {
      ...uefi,
      os_secure_boot: "required",
    });
  });

  it("give way to the plan, which can also take one out", () => {
    const overrides = { imageProperties: { hw_video_model: "", hw_disk_bus: "virtio", custom: "x" } };
    assert.deepEqual(properties({}, overrides), { ...withoutVideo(), hw_disk_bus: "virtio", custom: "x" });
  });

  const distros: [string, string | undefined, string][] = [
    ["ubuntu64Guest", "ubuntu", "scsi"],
    ["rhel9_64Guest", "rhel", "scsi"],
    ["rhel5_64Guest", "rhel", "ide"],
    ["rhel10_64Guest", "rhel", "scsi"],
    ["centos64Guest", "centos", "ide"],
    ["centos7_64Guest", "centos", "scsi"],
    ["debian6Guest", "debian", "ide"],
    ["debian10_64Guest", "debian", "scsi"],
    ["sles15_64Guest", "sles", "scsi"],
    ["rockylinux_64Guest", "rocky", "scsi"],
    ["other26xLinux64Guest", undefined, "ide"],
    ["other5xLinux64Guest", undefined, "scsi"],
    ["freebsd13_64Guest", "freebsd", "scsi"],
    ["solaris11_64Guest", undefined, "ide"],
  ];
  for (const [guestId, distro, bus] of distros)
    it(`${guestId}: ${distro ?? "no distribution"} on ${bus}`, () => {
      const found = properties({ guestId });
      assert.deepEqual([found["os_distro"], found["hw_disk_bus"]], [distro, bus]);
    });
});

function withoutScsi(): object {
  return Object.fromEntries(Object.entries(linux).filter(([name]) => name !== "hw_scsi_model"));
}

function withoutVideo(): object {
  return Object.fromEntries(Object.entries(linux).filter(([name]) => name !== "hw_video_model"));
}
