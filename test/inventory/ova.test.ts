import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execaSync } from "execa";
import { readOva } from "../../inventory/readers/ova.ts";
import type { Finding, ReadOptions } from "../../inventory/readers/reader.ts";
import { sparseVmdk } from "./sparse-vmdk.ts";

const MIB = 2 ** 20;
const fixture = (name: string): string => readFileSync(path.join(import.meta.dirname, "ova", name), "utf8");

describe("VMs in OVF packages", () => {
  let folder: string;
  let notes: string[];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-ova-"));
    notes = [];
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (name: string, content: string | Buffer): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  async function read(place = folder, options: Partial<ReadOptions> = {}): Promise<Finding[]> {
    const found: Finding[] = [];
    for await (const finding of readOva(place, { datastore: "ds1", datastoreFolder: folder, ...options }))
      if ("note" in finding) notes.push(`${finding.note.file}: ${finding.note.text}`);
      else found.push(finding);
    return found;
  }
  const vmsOf = (found: readonly Finding[]) => found.flatMap((one) => ("vm" in one ? [one.vm] : []));
  const faultsOf = (found: readonly Finding[]) =>
    found.flatMap((one) => ("fault" in one ? [`${one.fault.path}: ${one.fault.value}`] : []));
  const only = (found: readonly Finding[]) => {
    const [first] = found;
    assert.ok(found.length === 1 && first !== undefined && "vm" in first, JSON.stringify(found));
    return first.vm;
  };
  const onlyFault = (found: readonly Finding[], pattern: RegExp): void => {
    assert.deepEqual(vmsOf(found), []);
    assert.equal(faultsOf(found).length, 1, JSON.stringify(found));
    assert.match(faultsOf(found)[0] ?? "", pattern);
  };

  /** The package of vmware.ovf, with what its hrefs name. */
  function vmware(ovf = fixture("vmware.ovf")): string {
    put("web01-disk1.vmdk", sparseVmdk(8 * MIB));
    put("web 01-disk2.vmdk", sparseVmdk(16 * MIB));
    put("web01-file1.nvram", Buffer.alloc(8684));
    return put("web01.ovf", ovf);
  }
  const names = ["web01.ovf", "web01-disk1.vmdk", "web 01-disk2.vmdk", "web01-file1.nvram"];
  const manifest = (algorithm: string, label: string, files = names): string =>
    files
      .map((name) => {
        const digest = createHash(algorithm)
          .update(readFileSync(path.join(folder, name)))
          .digest("hex");
        return `${label}(${name})= ${digest}\n`;
      })
      .join("");
  /** Packs with GNU tar, into a folder of its own, and takes the loose files away. */
  function tar(options: readonly string[], files: readonly string[] = names): string {
    mkdirSync(path.join(folder, "ova"), { recursive: true });
    const file = path.join(folder, "ova", "web01.ova");
    execaSync("tar", [...options, "-cf", file, "-C", folder, ...files]);
    return file;
  }

  it("are read with all that VMware writes", async () => {
    const vm = only(await read(vmware()));
    assert.deepEqual(
      [vm.name, vm.annotation, vm.powerState, vm.firmware, vm.secureBoot, vm.tpm, vm.guestId, vm.guestName],
      [
        ...['Web "Müller" 01', "first line\nsecond line", "poweredOff", "efi", true, true],
        ...["debian11_64Guest", "Debian GNU/Linux 11 (64-bit)"],
      ],
    );
    assert.deepEqual([vm.cpus, vm.coresPerSocket, vm.memoryMiB, vm.hardwareVersion], [4, 2, 3072, 19]);
    assert.deepEqual([vm.cpuHotAdd, vm.memoryHotAdd], [true, false]);
    assert.deepEqual(vm.source, { kind: "ova", id: "web01.ovf#web01", server: "ds1", product: "vmx-19" });
    assert.deepEqual(
      vm.disks.map(({ deviceKey, file, member, format, capacityBytes, usedBytes, bootOrder, controller }) => [
        ...[deviceKey, file, member, format, capacityBytes, usedBytes, bootOrder],
        ...[controller.bus, controller.model, controller.key],
      ]),
      [
        [2000, "web01-disk1.vmdk", null, "vmdk", 8 * MIB, 3 * MIB, 1, "scsi", "pvscsi", 1000],
        [32001, "web 01-disk2.vmdk", null, "vmdk", 16 * MIB, 2048, 0, "nvme", null, 31000],
      ],
    );
    assert.deepEqual(
      vm.nics.map(({ deviceKey, macAddress, network, adapter, startConnected }) => [
        ...[deviceKey, macAddress, network, adapter, startConnected],
      ]),
      [
        [4000, null, "VM Network", "vmxnet3", true],
        [4001, "00:50:56:aa:bb:02", "DMZ & Co", "e1000e", false],
      ],
    );
    assert.deepEqual(
      vm.devices.map(({ kind, label }) => `${kind} ${label}`),
      ["usbController USB xHCI controller", "cdrom CD/DVD drive 1"],
    );
    assert.deepEqual(vm.customAttributes, { Product: "Web appliance", Vendor: "Müller", Version: "1.2" });
  });

  it("keep the properties that the guest is given, and no password", async () => {
    const vm = only(await read(vmware()));
    assert.deepEqual(vm.ovfProperties, { "net.ip": "10.20.0.10", "data.size": "16" });
    assert.doesNotMatch(JSON.stringify(vm), /geheim/);
  });

  it("are read with what VirtualBox knows in its own part: UEFI, TPM and MACs", async () => {
    put("box-disk001.vmdk", sparseVmdk(8 * MIB));
    const vm = only(await read(put("box.ovf", fixture("virtualbox.ovf"))));
    assert.deepEqual(
      [vm.name, vm.firmware, vm.tpm, vm.guestId, vm.memoryMiB, vm.source.product, vm.hardwareVersion],
      ["box", "efi", true, "debian12_64Guest", 2048, "virtualbox-2.2", null],
    );
    assert.deepEqual(
      vm.nics.map(({ macAddress, adapter }) => [macAddress, adapter]),
      [["08:00:27:5a:1b:2c", "e1000"]],
    );
    assert.deepEqual(vm.disks[0]?.controller, {
      key: 15000,
      bus: "sata",
      busNumber: 0,
      model: "ahci",
      sharedBus: "none",
    });
  });

  it("are read as oVirt and virt-v2v write them", async () => {
    const image = "11111111-1111-1111-1111-111111111111/22222222-2222-2222-2222-222222222222";
    put(image, Buffer.alloc(8 * MIB));
    const vm = only(await read(put("db-02.ovf", fixture("ovirt.ovf"))));
    assert.deepEqual([vm.name, vm.firmware, vm.cpus, vm.memoryMiB], ["db-02", "efi", 1, 2048]);
    assert.deepEqual(
      vm.disks.map(({ file, format, capacityBytes, controller }) => [file, format, capacityBytes, controller.model]),
      [[image, "raw", 8 * MIB, "virtio-scsi"]],
    );
    assert.equal(vm.nics[0]?.macAddress, "56:6f:1a:2b:00:01");
  });

  it("are all read where an OVF has several", async () => {
    put("app.vmdk", sparseVmdk(8 * MIB));
    put("db.vmdk", sparseVmdk(16 * MIB));
    const vms = vmsOf(await read(put("shop.ovf", fixture("two-systems.ovf"))));
    assert.deepEqual(
      vms.map(({ name, source, memoryMiB, hardwareVersion, disks }) => [
        ...[name, source.id, memoryMiB, hardwareVersion, disks[0]?.file, disks[0]?.deviceKey],
      ]),
      [
        ["app", "shop.ovf#app", 2048, 13, "app.vmdk", 3000],
        ["db", "shop.ovf#db", 4096, 13, "db.vmdk", 2018],
      ],
    );
  });

  for (const format of ["ustar", "gnu", "pax", "v7"])
    it(`are read out of an .ova in the format ${format}`, async () => {
      vmware();
      put("web01.mf", manifest("sha256", "SHA256"));
      const long = format === "v7" ? [] : ["--transform", `s,^web01-file1,${"x".repeat(90)}/${"y".repeat(90)},`];
      const vm = only(await read(tar([`--format=${format}`, ...long], ["web01.ovf", ...names.slice(1)])));
      assert.deepEqual(
        vm.disks.map(({ file, member, capacityBytes }) => [file, member, capacityBytes]),
        [
          ["ova/web01.ova", "web01-disk1.vmdk", 8 * MIB],
          ["ova/web01.ova", "web 01-disk2.vmdk", 16 * MIB],
        ],
      );
    });

  it("are read from the .ovf where an .ova lies unpacked", async () => {
    vmware();
    tar([]);
    execaSync("mv", [path.join(folder, "ova", "web01.ova"), folder]);
    assert.equal(only(await read()).disks[0]?.member, null);
    assert.match(notes.join("\n"), /web01\.ova: left out: web01\.ovf beside it/);
  });

  describe("compared with their manifest", () => {
    for (const [algorithm, label] of [
      ["sha1", "SHA1"],
      ["sha256", "SHA256"],
      ["sha256", "SHA2-256"], // what OpenSSL 3 writes
      ["sha512", "SHA512"],
    ] as const)
      it(`by ${label}`, async () => {
        vmware();
        const text = manifest(algorithm, label);
        put("web01.mf", text);
        const file = tar([], [...names, "web01.mf"]);
        only(await read(file));
        assert.deepEqual(notes, []);
        // One bit of a disk, in the archive
        const bytes = readFileSync(file);
        const at = bytes.indexOf("KDMV") + 1500;
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        writeFileSync(file, bytes);
        const found = await read(file);
        assert.deepEqual(vmsOf(found), []);
        assert.match(faultsOf(found)[0] ?? "", /^web01-disk1\.vmdk: [0-9a-f]{40}/);
      });

    it("give nothing of an OVF that is not the manifest's", async () => {
      const file = vmware();
      put("web01.mf", manifest("sha256", "SHA256"));
      writeFileSync(file, fixture("vmware.ovf").replace("3072", "4096"));
      onlyFault(await read(file), /^web01\.ovf: [0-9a-f]{64}/);
    });

    it("lose the VM whose disk is damaged, and keep the others", async () => {
      put("app.vmdk", sparseVmdk(8 * MIB));
      put("db.vmdk", sparseVmdk(16 * MIB));
      const file = put("shop.ovf", fixture("two-systems.ovf"));
      put("shop.mf", manifest("sha256", "SHA256", ["shop.ovf", "app.vmdk", "db.vmdk"]));
      put("db.vmdk", Buffer.concat([sparseVmdk(16 * MIB), Buffer.alloc(1)]));
      const found = await read(file);
      assert.deepEqual(
        vmsOf(found).map(({ name }) => name),
        ["app"],
      );
      assert.equal(faultsOf(found).length, 2);
    });

    it("say a file that is missing, and a text that is no manifest", async () => {
      const file = vmware();
      put("web01.mf", `${manifest("sha256", "SHA256")}SHA256(gone.vmdk)= ${"0".repeat(64)}\n`);
      assert.deepEqual(faultsOf(await read(file)), ["gone.vmdk: not in the package"]);
      put("web01.mf", "something else\n");
      onlyFault(await read(file), /web01\.mf: another text/);
    });

    it("say what was not checked: no manifest, not wanted, a certificate", async () => {
      const file = vmware();
      only(await read(file));
      put("web01.mf", manifest("sha256", "SHA256").replaceAll(/= ./g, "= f"));
      only(await read(file, { manifestCheck: false }));
      put("web01.cert", "-----BEGIN CERTIFICATE-----");
      put("web01.mf", manifest("sha256", "SHA256"));
      only(await read(file));
      assert.deepEqual(
        notes.map((note) => note.slice(file.length + 2)),
        [
          "it has no manifest: that its files are whole is not checked",
          "its manifest was not checked (--no-manifest-check)",
          "its certificate was not verified: the manifest says that files are whole, not who made them",
        ],
      );
    });
  });

  describe("are refused, each with its reason", () => {
    const changed: readonly (readonly [string, string, string, RegExp])[] = [
      ["an href that leads out", 'href="web01-disk1.vmdk"', 'href="../web01-disk1.vmdk"', /leads out of the package/],
      ["one that does so encoded", 'href="web01-disk1.vmdk"', 'href="%2e%2e/x.vmdk"', /leads out of the package/],
      ["an absolute one", 'href="web01-disk1.vmdk"', 'href="/etc/passwd"', /no path relative/],
      ["one of Windows", 'href="web01-disk1.vmdk"', 'href="..\\\\x.vmdk"', /no path relative/],
      ["an address", 'href="web01-disk1.vmdk"', 'href="http://example.com/x.vmdk"', /address outside/],
      ["a missing file", 'href="web01-disk1.vmdk"', 'href="gone.vmdk"', /gone\.vmdk: no plain file/],
      ["a capacity of 0", 'capacity="8"', 'capacity="0"', /capacity 0/],
      ["a capacity that is none", 'capacity="8"', 'capacity="eight"', /capacity eight/],
      ["a unit that is none", "byte * 2^20", "furlong", /capacity 8 furlong/],
      ["a compressed file", 'href="web01-disk1.vmdk"', 'href="web01-disk1.vmdk" ovf:compression="gzip"', /with gzip/],
      ["a split file", 'href="web01-disk1.vmdk"', 'href="web01-disk1.vmdk" ovf:chunkSize="7"', /split into parts/],
      ["a file's id twice", 'id="file2"', 'id="file1"', /two files of the References/],
      ["a disk's id twice", 'diskId="vmdisk2"', 'diskId="vmdisk1"', /two disks of the DiskSection/],
      ["an unknown disk", "ovf:/disk/vmdisk1", "ovf:/disk/other", /no disk of the DiskSection/],
      ["a disk without a file", ' ovf:fileRef="file1"', "", /a disk without a file/],
      [
        "an unknown format",
        "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized",
        "x",
        /format x/,
      ],
      ["another format", 'vmdk.html#streamOptimized" ovf:pop', 'qcow2" ovf:pop', /not a qcow2 file/],
      ["no controller", "<rasd:Parent>3</rasd:Parent>", "<rasd:Parent>99</rasd:Parent>", /Parent 99/],
      ["no memory unit", "<rasd:AllocationUnits>byte * 2^20", "<rasd:AllocationUnits>byte", /memoryMiB/],
      [
        "an external entity",
        "<References>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "/etc/passwd">]><References>',
        /web01\.ovf/,
      ],
    ];
    for (const [what, text, instead, pattern] of changed)
      it(what, async () => {
        const ovf = fixture("vmware.ovf");
        assert.ok(ovf.includes(text));
        const found = await read(vmware(ovf.replace(text, () => instead)));
        assert.deepEqual(vmsOf(found), []);
        assert.match(faultsOf(found).join("\n"), pattern);
      });

    it("a link out of the package", async () => {
      const file = vmware();
      const outside = mkdtempSync(path.join(tmpdir(), "wavelift-outside-"));
      writeFileSync(path.join(outside, "secret.vmdk"), sparseVmdk(8 * MIB));
      rmSync(path.join(folder, "web01-disk1.vmdk"));
      symlinkSync(path.join(outside, "secret.vmdk"), path.join(folder, "web01-disk1.vmdk"));
      onlyFault(await read(file), /no plain file of the package/);
      symlinkSync(outside, path.join(folder, "data"));
      const through = fixture("vmware.ovf").replace('href="web01-disk1.vmdk"', 'href="data/secret.vmdk"');
      onlyFault(await read(vmware(through)), /data\/secret\.vmdk: no plain file of the package/);
      rmSync(outside, { recursive: true });
    });

    it("two systems of one id", async () => {
      put("app.vmdk", sparseVmdk(8 * MIB));
      put("db.vmdk", sparseVmdk(16 * MIB));
      const ovf = fixture("two-systems.ovf").replace('VirtualSystem ovf:id="db"', 'VirtualSystem ovf:id="app"');
      const found = await read(put("shop.ovf", ovf));
      assert.equal(vmsOf(found).length, 1);
      assert.deepEqual(faultsOf(found), ["id: app"]);
    });

    it("archives with links, sparse files, and names that lead out", async () => {
      vmware();
      symlinkSync("/etc/passwd", path.join(folder, "link.vmdk"));
      onlyFault(await read(tar([], [...names, "link.vmdk"])), /"link\.vmdk" is a link/);
      execaSync("ln", [path.join(folder, "web01-disk1.vmdk"), path.join(folder, "hard.vmdk")]);
      onlyFault(await read(tar([], [...names, "hard.vmdk"])), /"hard\.vmdk" is a link/);
      onlyFault(await read(tar(["-P", "--transform", "s,web01-file1,../x,"])), /leads out of the archive/);
      writeFileSync(path.join(folder, "holes.vmdk"), "");
      execaSync("truncate", ["-s", "10M", path.join(folder, "holes.vmdk")]);
      for (const format of ["gnu", "pax"])
        onlyFault(await read(tar([`--format=${format}`, "--sparse"], [...names, "holes.vmdk"])), /sparse file/);
    });

    it("archives that are cut off, damaged, compressed, or hold no or two OVFs", async () => {
      vmware();
      const file = tar([]);
      const whole = readFileSync(file);
      for (const length of [whole.indexOf("KDMV") + 100, 700, 100]) {
        writeFileSync(file, whole.subarray(0, length));
        onlyFault(await read(file), /cut off/);
      }
      const damaged = Buffer.from(whole);
      damaged.write("x", whole.indexOf("web01-disk1.vmdk\0"));
      writeFileSync(file, damaged);
      onlyFault(await read(file), /no tar header at byte/);
      execaSync("tar", ["-czf", file, "-C", folder, ...names]);
      onlyFault(await read(file), /no tar archive/);
      onlyFault(await read(tar([], names.slice(1))), /holds no \.ovf/);
      put("two.ovf", "");
      onlyFault(await read(tar([], [...names, "two.ovf"])), /holds 2 \.ovf files/);
      onlyFault(await read(tar([], [...names, "web01.ovf"])), /is a link|two members are called/);
    });
  });
});
