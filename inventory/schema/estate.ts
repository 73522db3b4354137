import { z } from "zod";
import { DeviceKey, MacAddress, VmKey } from "./names.ts";

/**
 * The estate: what the source says of its VMs, one file a VM (`inventory/estate/KEY.json`), written by machines.
 * No OpenStack word stands here. `null` means "the source did not tell", which is never the same as "no".
 */

/** How the disk's file is encoded. Given by the source, never probed (a probed raw file can pose as a qcow2). */
export const DiskFormat = z.enum(["vmdk", "vhd", "vhdx", "qcow2", "vdi", "raw"]);
export type DiskFormat = z.infer<typeof DiskFormat>;

/** Bus of a disk's controller at the source. */
export const DiskBus = z.enum(["scsi", "sata", "ide", "nvme"]);

/** Model of a disk's controller at the source (vSphere's names, and those of the other sources). */
export const DiskController = z.strictObject({
  /** Device key of the controller, null where the source has none. */
  key: DeviceKey.nullable(),
  bus: DiskBus,
  /** Position of the controller among those of its bus: SCSI controller 0, 1, ... */
  busNumber: z.int().min(0),
  /** For example pvscsi, lsilogic, lsilogicsas, buslogic, ahci, virtio-scsi; null when unknown. */
  model: z.string().nullable(),
  /** Bus sharing of a SCSI controller: "virtual" and "physical" are clusters. */
  sharedBus: z.enum(["none", "virtual", "physical"]).default("none"),
});

/** One address of a NIC as the guest reported it. */
export const NicAddress = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()]),
  /** Prefix length in bits; null when unknown (RVTools). */
  prefixLength: z.int().min(0).max(128).nullable(),
});

export const EstateDisk = z.strictObject({
  deviceKey: DeviceKey,
  /** For example "Hard disk 1". */
  label: z.string(),
  /** Virtual size in bytes. */
  capacityBytes: z.int().positive(),
  /** Path inside the datastore, for example "web01/web01.vmdk" (a descriptor where the format has one). */
  file: z.string().min(1),
  datastore: z.string().min(1),
  format: DiskFormat,
  controller: DiskController,
  /** Unit number on the controller. */
  unit: z.int().min(0),
  /** vSphere disk mode; independent disks are not part of snapshots. */
  mode: z
    .enum(["persistent", "nonpersistent", "undoable", "independent_persistent", "independent_nonpersistent", "append"])
    .default("persistent"),
  /** Multi-writer sharing. */
  sharing: z.enum(["none", "multiWriter"]).default("none"),
  /** Raw device mapping: its data is a LUN, not a file. */
  rdm: z.enum(["none", "virtual", "physical"]).default("none"),
  /** Encrypted at the source (VM encryption). */
  encrypted: z.boolean().default(false),
  thin: z.boolean().nullable().default(null),
  /** Position in the VM's configured boot order, from 0; null when the VM does not list this disk. */
  bootOrder: z.int().min(0).nullable().default(null),
  /** UUID of the disk at the source, the same for a disk shared by several VMs. */
  uuid: z.string().nullable().default(null),
  /** Change tracking of this disk; null when unknown. */
  changeTracking: z.boolean().nullable().default(null),
  /** Name of the disk inside `file`, where that is an archive (OVA); null: the file is the disk. */
  member: z.string().min(1).nullable().default(null),
  /** Space that it takes at the source in bytes; null when unknown. */
  usedBytes: z.int().min(0).nullable().default(null),
  /** Whether the source itself can reach the datastore; null when unknown. */
  datastoreAccessible: z.boolean().nullable().default(null),
  /** File that this one is only a difference to (snapshot, differencing disk); null: it is whole. */
  parentFile: z.string().min(1).nullable().default(null),
  /** Keys of the other VMs of the estate that have this disk, too. Found out when the estate is written. */
  sharedWith: z.array(VmKey).default([]),
});
export type EstateDisk = z.infer<typeof EstateDisk>;

export const EstateNic = z.strictObject({
  deviceKey: DeviceKey,
  label: z.string(),
  /** null: the source tells none (an OVF, a VM that was never switched on); Neutron then gives the port one. */
  macAddress: MacAddress.nullable(),
  /** Name of the port group or network at the source. */
  network: z.string().min(1),
  /** For example vmxnet3, e1000, e1000e, virtio; null when unknown. */
  adapter: z.string().nullable(),
  connected: z.boolean(),
  /** Connected when the VM is switched on. */
  startConnected: z.boolean().default(true),
  addresses: z.array(NicAddress).default([]),
  gateway: z.union([z.ipv4(), z.ipv6()]).nullable().default(null),
});
export type EstateNic = z.infer<typeof EstateNic>;

export const EstateSnapshot = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: z.string().nullable().default(null),
  /** Id of the parent snapshot, null for a root. */
  parent: z.string().nullable().default(null),
});

/** A device that no OpenStack server gets by itself. */
export const EstateDevice = z.strictObject({
  kind: z.enum(["passthrough", "sriov", "usb", "usbController", "serial", "parallel", "cdrom", "floppy", "sound"]),
  label: z.string(),
  connected: z.boolean().nullable().default(null),
});
export type EstateDevice = z.infer<typeof EstateDevice>;

/** A file system as the guest reports it. */
export const GuestDisk = z.strictObject({
  /** Mount point or drive letter. */
  path: z.string(),
  capacityBytes: z.int().min(0),
  freeBytes: z.int().min(0),
  /** For example NTFS or ext4; null when unknown. */
  fileSystem: z.string().nullable().default(null),
});

/** A rule of the source's scheduler that names this VM. */
export const PlacementRule = z.strictObject({
  name: z.string(),
  kind: z.enum(["affinity", "antiAffinity", "hostAffinity", "hostAntiAffinity"]),
  enabled: z.boolean(),
  /** Names at the source of the other VMs that it names. */
  others: z.array(z.string()).default([]),
});

/**
 * What a source may be unable to tell of a VM. `disks`, `nics`, `snapshots`, `devices`: there may be more than are listed;
 * `encryption`: a disk may be encrypted; `exactSizes`: disks are told in whole MiB.
 */
export const NotTold = z.enum(["disks", "nics", "snapshots", "devices", "encryption", "exactSizes"]);
export type NotTold = z.infer<typeof NotTold>;

export const EstateVm = z.strictObject({
  version: z.literal(1),
  key: VmKey,
  source: z.strictObject({
    kind: z.enum(["vsphere", "rvtools", "ova", "vmx", "libvirt", "hyperv", "manual"]),
    /** The source's own id of the VM: a managed object id (vm-123), an OVF id, a domain UUID. */
    id: z.string().min(1),
    /** vCenter, host or file that the id belongs to. */
    server: z.string().nullable().default(null),
    /** What made the VM, where the source's kind does not tell: an OVF's VirtualSystemType (vmx-19, virtualbox-2.2). */
    product: z.string().min(1).optional(),
  }),
  instanceUuid: z.string().nullable(),
  /** Display name at the source. Any text: it never reaches a shell or a path. */
  name: z.string().min(1).max(4096),
  powerState: z.enum(["poweredOn", "poweredOff", "suspended"]),
  /** Whether the VM is a template. */
  template: z.boolean().default(false),
  cpus: z.int().positive(),
  coresPerSocket: z.int().positive().nullable(),
  memoryMiB: z.int().positive(),
  /** null when unknown: then the plan must say it, since a server of the other one does not boot. */
  firmware: z.enum(["bios", "efi"]).nullable(),
  /** Whether the firmware boots signed loaders only; null when unknown. */
  secureBoot: z.boolean().nullable(),
  /** Whether there is a vTPM; null when unknown. */
  tpm: z.boolean().nullable(),
  /** vSphere guest id such as debian12_64Guest or windows2019srv_64Guest. */
  guestId: z.string(),
  /** Host name that the guest reports; null when unknown. */
  hostName: z.string().nullable(),
  toolsState: z.enum(["running", "notRunning", "notInstalled", "unknown"]),
  snapshots: z.array(EstateSnapshot).default([]),
  /** Change tracking of the VM; null when unknown. */
  changeTracking: z.boolean().nullable().default(null),
  esxiHost: z.string().nullable().default(null),
  cluster: z.string().nullable().default(null),
  folder: z.string().nullable().default(null),
  datacenter: z.string().nullable().default(null),
  /** Virtual hardware, for example 19 for vmx-19; null when unknown or not VMware's. */
  hardwareVersion: z.int().positive().nullable().default(null),
  /** Name of the operating system as it is configured, for people. */
  guestName: z.string().nullable().default(null),
  /** Name of the operating system that runs, as the guest reports it. */
  guestReportedName: z.string().nullable().default(null),
  cpuHotAdd: z.boolean().nullable().default(null),
  memoryHotAdd: z.boolean().nullable().default(null),
  cpuAffinity: z.boolean().nullable().default(null),
  numaAffinity: z.boolean().nullable().default(null),
  /** Whether the guest sees the UUIDs of its disks as serial numbers (disk.EnableUUID); null when unknown. */
  diskUuidVisible: z.boolean().nullable().default(null),
  faultTolerance: z.boolean().nullable().default(null),
  consolidationNeeded: z.boolean().nullable().default(null),
  /** For example connected, disconnected, inaccessible, orphaned; null when unknown. */
  connectionState: z.string().nullable().default(null),
  devices: z.array(EstateDevice).default([]),
  guestDisks: z.array(GuestDisk).default([]),
  /**
   * Programs that run in the guest and that a migration must know of (antivirus, disk encryption, cluster software), by
   * process name, sorted; from what VMware Tools publish as application information. null: the source cannot tell.
   */
  software: z.array(z.string()).nullable().default(null),
  placementRules: z.array(PlacementRule).default([]),
  /** Properties that an OVF gives its guest, by key. Values of those that the OVF calls passwords are left out. */
  ovfProperties: z.record(z.string(), z.string()).default({}),
  /** Notes at the source. */
  annotation: z.string().nullable().default(null),
  tags: z.array(z.string()).default([]),
  customAttributes: z.record(z.string(), z.string()).default({}),
  /** Floating cluster addresses that this VM may take over (keepalived, WSFC). */
  vips: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  disks: z.array(EstateDisk),
  nics: z.array(EstateNic),
  /** What the lists and sizes here do not tell whole, because the source cannot (a spreadsheet without some of its tabs). */
  notTold: z.array(NotTold).default([]),
});
export type EstateVm = z.infer<typeof EstateVm>;
