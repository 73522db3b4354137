import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { libosinfoGuestId } from "../../inventory/readers/libosinfo.ts";
import { readLibvirt } from "../../inventory/readers/libvirt.ts";
import type { Finding } from "../../inventory/readers/reader.ts";
import { parseXml, XmlError } from "../../inventory/readers/xml.ts";

const sample = readFileSync(path.join(import.meta.dirname, "libvirt", "db01.xml"), "utf8");

/** Header of a qcow2 file as `qemu-img create` writes it. */
function qcow2(sizeBytes: number, backing = ""): Buffer {
  const header = Buffer.alloc(112 + backing.length);
  header.write("QFI\u00fb", "latin1");
  header.writeUInt32BE(3, 4);
  if (backing !== "") {
    header.writeBigUInt64BE(112n, 8);
    header.writeUInt32BE(backing.length, 16);
    header.write(backing, 112);
  }
  header.writeBigUInt64BE(BigInt(sizeBytes), 24);
  return header;
}

describe("libvirt domains", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-libvirt-"));
    writeFileSync(path.join(folder, "db01.xml"), here(sample).replace(/<disk type='block'[^]*?<\/disk>/, ""));
    writeFileSync(path.join(folder, "db01.qcow2"), qcow2(5 * 2 ** 30));
    writeFileSync(path.join(folder, "db01-data.img"), "");
    truncateSync(path.join(folder, "db01-data.img"), 2 ** 20);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const here = (xml: string): string => xml.replaceAll("/var/lib/libvirt/images", folder);

  async function read(): Promise<{ vms: Extract<Finding, { vm: unknown }>["vm"][]; faults: string[] }> {
    const vms = [];
    const faults: string[] = [];
    for await (const finding of readLibvirt(folder, { datastore: "kvm1", datastoreFolder: folder })) {
      if ("vm" in finding) vms.push(finding.vm);
      else if ("fault" in finding)
        faults.push(`${finding.fault.line ?? ""} ${finding.fault.path}: ${finding.fault.value}`);
    }
    return { vms, faults };
  }

  it("are read with all that their XML and image headers tell", async () => {
    const { vms, faults } = await read();
    const [vm] = vms;
    assert.ok(vm !== undefined);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      [vm.name, vm.annotation, vm.powerState, vm.firmware, vm.secureBoot, vm.tpm, vm.guestId],
      ["db <prod> 01", "the one\nthat must not stop", "poweredOn", "efi", true, true, "debian12_64Guest"],
    );
    assert.deepEqual([vm.cpus, vm.coresPerSocket, vm.memoryMiB], [4, 4, 2048]);
    assert.deepEqual(
      vm.disks.map(({ deviceKey, file, capacityBytes, format, sharing, bootOrder, controller: { bus, model } }) => [
        ...[deviceKey, file, capacityBytes, format, sharing, bootOrder, bus, model],
      ]),
      [
        [2000, "db01.qcow2", 5 * 2 ** 30, "qcow2", "none", 0, "scsi", "virtio-blk"],
        [2001, "db01-data.img", 2 ** 20, "raw", "multiWriter", null, "scsi", "virtio-scsi"],
      ],
    );
    assert.deepEqual(
      vm.nics.map(({ macAddress, network, adapter, connected }) => [macAddress, network, adapter, connected]),
      [
        ["52:54:00:aa:bb:01", "default", "virtio", true],
        ["52:54:00:aa:bb:02", "br0", "e1000e", false],
      ],
    );
    assert.deepEqual(
      vm.devices.map(({ kind, label }) => `${kind} ${label}`),
      ["passthrough hostdev pci", "cdrom sda"],
    );
  });

  it("are not taken without one of their disks: it is no file, or behind a link out of the folder", async () => {
    writeFileSync(path.join(folder, "db01.xml"), here(sample));
    const { vms, faults } = await read();
    assert.deepEqual([vms, faults], [[], ["35 Disk sdc: no file (a block device, a pool or a network disk)"]]);
    writeFileSync(path.join(folder, "db01.xml"), here(sample).replace(/<disk type='block'[^]*?<\/disk>/, ""));
    const outside = mkdtempSync(path.join(tmpdir(), "wavelift-outside-"));
    writeFileSync(path.join(outside, "secret.img"), "secret");
    rmSync(path.join(folder, "db01-data.img"));
    symlinkSync(path.join(outside, "secret.img"), path.join(folder, "db01-data.img"));
    const linked = await read();
    assert.deepEqual([linked.vms.length, linked.faults.length], [0, 1]);
    assert.match(linked.faults[0] ?? "", /Disk sdb/);
    rmSync(outside, { recursive: true });
  });

  it("give each disk a key of its own, though vda and sda are both the first", async () => {
    const mixed = sample.replace("dev='sdb'", "dev='sda'").replace(/<disk type='block'[^]*?<\/disk>/, "");
    writeFileSync(path.join(folder, "db01.xml"), here(mixed));
    assert.deepEqual(
      (await read()).vms[0]?.disks.map(({ deviceKey, label }) => [label, deviceKey]),
      [
        ["Disk vda", 2000],
        ["Disk sda", 2100],
      ],
    );
  });

  it("name the file that an image is only a difference to", async () => {
    writeFileSync(path.join(folder, "db01.qcow2"), qcow2(2 ** 30, "/images/base.qcow2"));
    assert.equal((await read()).vms[0]?.disks[0]?.parentFile, "/images/base.qcow2");
  });

  it("say which image is missing or of another format; the rest is read", async () => {
    writeFileSync(path.join(folder, "db01.qcow2"), "not an image");
    rmSync(path.join(folder, "db01-data.img"));
    const { faults } = await read();
    assert.match(faults.join("\n"), /Disk vda: .*cut off|Disk vda: .*not a qcow2/);
    assert.match(faults.join("\n"), /Disk sdb: .*ENOENT/);
  });

  it("of a broken file are told with the line; other files are read", async () => {
    writeFileSync(path.join(folder, "a.xml"), "<domain>\n<name>x</nam>\n</domain>");
    const { vms, faults } = await read();
    assert.equal(vms.length, 1);
    assert.match(faults[0] ?? "", /^2 /);
  });
});

describe("XML from a source", () => {
  const refused = (text: string, message: RegExp): void => {
    assert.throws(
      () => parseXml(text),
      (error) => error instanceof XmlError && message.test(error.message),
    );
  };
  it("may not define entities or a document type", () => {
    refused('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', /document type/);
    refused("<a>&unknown;</a>", /entity/);
  });
  it("may not be nested without end", () => {
    refused("<a>".repeat(100), /levels/);
  });
  it("keeps every element, text and attribute by its local name", () => {
    const root = parseXml('\uFEFF<v:a xmlns:v="urn:x" v:id="1 &amp; 2"><b>x<![CDATA[<y>]]></b><b/></v:a>');
    assert.equal(root.name, "a");
    assert.equal(root.attributes.get("id"), "1 & 2");
    assert.deepEqual(
      root.children.map(({ name, text }) => [name, text]),
      [
        ["b", "x<y>"],
        ["b", ""],
      ],
    );
  });
});

describe("libosinfo's names", () => {
  it("become vSphere's; an unknown one stays unknown", () => {
    const cases = {
      "http://microsoft.com/win/2k22": "windows2022srv_64Guest",
      "http://redhat.com/rhel/9.4": "rhel9_64Guest",
      "http://centos.org/centos-stream/9": "centos9_64Guest",
      "http://ubuntu.com/ubuntu/24.04": "ubuntu64Guest",
      "http://example.org/os/1": "",
    };
    for (const [id, guestId] of Object.entries(cases)) assert.equal(libosinfoGuestId(id), guestId, id);
  });
});
