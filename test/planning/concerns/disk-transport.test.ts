import { diskWith, finds, one, silent, testRule, withSource } from "./cases.ts";

const member = diskWith({ file: "app/web.ova", member: "web-disk1.vmdk" });
const vcenter = { source: { kind: "vsphere", id: "vm-1", server: "vc1" } };
const packages = { source: { kind: "ova", id: "app/web.ova#vm", server: "ds1" } };

/** A VM of vc1 whose datastore is of this type. */
const onDatastore = (type: string, transport: string) => {
  const input = withSource(diskWith({ datastore: "ds1" }), { datastores: [{ name: "ds1", type }] });
  return { ...input, plan: one({}, { transport }).plan };
};

testRule("disk.transport", [
  finds("a disk inside an .ova that shall be read as a file", one({ ...packages, ...member }, { transport: "file" }), [
    "web01",
    "Critical",
    /disk 2000: transport file: the disk is web-disk1\.vmdk inside app\/web\.ova; say ova or auto/,
  ]),
  finds("a file that shall be read as a member of an archive", one(vcenter, { transport: "ova" }), [
    "web01",
    "Critical",
    /disk 2000: transport ova: .* not inside an archive; say auto or file/,
  ]),
  finds("a VM from files that shall be read from a server", one(packages, { transport: "https" }), [
    "web01",
    "Critical",
    /disk 2000: transport https: the VM comes from files \(ova\): there is no server to ask; say file/,
  ]),
  finds(
    "a VM of a spreadsheet whose id no server knows",
    one({ source: { kind: "rvtools", id: "name:web01", server: "vc1" } }, { transport: "ssh" }),
    ["web01", "Critical", /name:web01 is no id that vc1 knows; read the inventory again from the vCenter/],
  ),
  finds(
    "a libvirt VM that shall be read by VMware's ways",
    one(
      { source: { kind: "libvirt", id: "9c2f7a3e-0000-4000-8000-000000000001", server: "kvm1" } },
      { transport: "vddk" },
    ),
    ["web01", "Critical", /transport vddk: a libvirt host is read over ssh/],
  ),
  finds("a vSAN disk that shall be read as a file over ssh", onDatastore("vsan", "ssh"), [
    "web01",
    "Critical",
    /transport ssh: the datastore ds1 is of the type vsan, .* say vddk, lease or auto/,
  ]),
  finds("a vVol disk that shall be read over https", onDatastore("VVOL", "https"), [
    "web01",
    "Critical",
    /transport https: the datastore ds1 is of the type VVOL/,
  ]),
  silent("a disk inside an .ova", one({ ...packages, ...member })),
  silent("a vCenter's VM over https", onDatastore("VMFS", "https")),
  silent("a vSAN disk of which nothing is said", one(vcenter)),
  silent("files that are read as files", one(packages, { transport: "file" })),
]);
