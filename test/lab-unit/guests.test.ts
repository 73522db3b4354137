import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { chooseGuests, readGuests } from "../../lab/guests/build.ts";
import { guestFiles } from "../../lab/guests/content.ts";
import { Guest, GuestFile, diskFormat, disksOf } from "../../lab/guests/definition.ts";
import { vmfsDescriptor } from "../../lab/guests/formats.ts";

const guest = (changes: object): Guest =>
  Guest.parse({
    key: "app01",
    name: "app01",
    instanceUuid: "503a1c52-0b6f-4a5e-9d0e-6f1d0c2b00aa",
    controller: "pvscsi",
    root: { datastore: "ds1", sizeMiB: 1500, format: "streamOptimized" },
    nics: [{ macAddress: "00:50:56:AA:00:01", network: "VM Network", address: "10.20.0.50/24", gateway: "10.20.0.1" }],
    ...changes,
  });

const fileOf = (it: Guest, path: string): string =>
  guestFiles(it, "6.1.0-1-cloud-amd64").find((file) => file.path === path)?.text ?? assert.fail(`no ${path}`);

describe("lab: guests", () => {
  it("the lab's own guests differ in all that must be unique, and no disk is a whole GiB", async () => {
    const guests = await readGuests();
    const macs = guests.flatMap(({ nics }) => nics.map(({ macAddress }) => macAddress));
    const addresses = guests.flatMap(({ nics }) => nics.map(({ address }) => address));
    for (const values of [macs, addresses, guests.map(({ instanceUuid }) => instanceUuid)]) {
      assert.equal(new Set(values).size, values.length);
    }
    for (const { sizeMiB } of guests.flatMap(disksOf)) assert.notEqual(sizeMiB % 1024, 0);
  });

  it("static addresses are outside the DHCP pools of the lab's networks", async () => {
    for (const { address } of (await readGuests()).flatMap(({ nics }) => nics)) {
      const host = Number(/\.(\d+)\//.exec(address)?.[1]);
      assert.ok(host > 1 && host < 100, address);
    }
  });

  it("a guest's addresses are tied to its MACs, and only the NIC with a gateway has a default route", () => {
    const it = guest({
      nics: [
        { macAddress: "00:50:56:AA:00:01", network: "A", address: "10.20.0.50/24", gateway: "10.20.0.1" },
        { macAddress: "00:50:56:aa:00:02", network: "B", address: "10.30.0.50/24" },
      ],
    });
    assert.match(
      fileOf(it, "/etc/systemd/network/10-nic.network"),
      /^\[Match\]\nMACAddress=00:50:56:aa:00:01\n\[Network\]\nAddress=10\.20\.0\.50\/24\nGateway=10\.20\.0\.1\n/,
    );
    const second = fileOf(it, "/etc/systemd/network/11-nic.network");
    assert.match(second, /MACAddress=00:50:56:aa:00:02\n.*\nAddress=10\.30\.0\.50\/24\n/);
    assert.doesNotMatch(second, /Gateway|DHCP/);
  });

  it("the kernel looks for the root that fstab mounts, but for the guest that must not find any", () => {
    for (const rootBy of ["uuid", "device"]) {
      const it = guest({ rootBy });
      const root = fileOf(it, "/etc/fstab").split(" ")[0] ?? "";
      assert.ok(fileOf(it, "/boot/grub/grub.cfg").includes(` root=${root} `), root);
    }
    const hanging = guest({ rootBy: "missing" });
    const wanted = / root=(\S+) /.exec(fileOf(hanging, "/boot/grub/grub.cfg"))?.[1] ?? "";
    assert.match(wanted, /^UUID=/);
    assert.ok(!fileOf(hanging, "/etc/fstab").includes(wanted));
    assert.ok(!wanted.includes(hanging.instanceUuid));
  });

  it("data disks are mounted by label and may be missing", () => {
    const it = guest({ data: [{ label: "data1", datastore: "ds2", sizeMiB: 100, format: "vhdx", contentMiB: 1 }] });
    assert.match(fileOf(it, "/etc/fstab"), /^LABEL=data1 \/data1 ext4 nofail,/m);
    assert.deepEqual(
      disksOf(it).map(({ datastore, file }) => `${datastore} ${file}`),
      ["ds1 app01/app01.vmdk", "ds2 app01/app01_1.vhdx"],
    );
  });

  it("all VMware subformats are vmdk, others keep their name", () => {
    assert.equal(diskFormat("vmfs"), "vmdk");
    assert.equal(diskFormat("twoGbMaxExtentFlat"), "vmdk");
    assert.equal(diskFormat("vhd"), "vhd");
    assert.equal(diskFormat("qcow2"), "qcow2");
  });

  it("ESXi's descriptor names the flat file and its sectors", () => {
    const text = vmfsDescriptor("db01-flat.vmdk", 1540 * 1024 * 1024, "1a2b3c4d");
    assert.match(text, /^createType="vmfs"$/m);
    assert.match(text, /^RW 3153920 VMFS "db01-flat\.vmdk"$/m);
  });

  it("refuses names that would leave the lab's folders, and keys given twice", () => {
    for (const key of ["../x", "-x", "a/b", "A", ""]) {
      assert.equal(Guest.safeParse({ ...guest({}), key }).success, false, key);
    }
    for (const datastore of ["..", "a b", "-d"]) {
      const root = { datastore, sizeMiB: 1500, format: "raw" };
      assert.equal(Guest.safeParse({ ...guest({}), root }).success, false, datastore);
    }
    assert.equal(GuestFile.safeParse({ version: 1, guests: [guest({}), guest({})] }).success, false);
  });

  it("names a guest that is asked for but not there", () => {
    assert.throws(() => chooseGuests([guest({})], ["app02"]), /no such guest: app02; there are: app01/);
    assert.equal(chooseGuests([guest({})], []).length, 1);
  });
});
