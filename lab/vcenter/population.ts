import { z } from "zod";
import { EstateDisk, EstateNic, EstateSnapshot, EstateVm } from "../../inventory/schema/estate.ts";
import { SourceDatastore, SourceHost, SourceNetwork } from "../../inventory/schema/source.ts";

/**
 * What the lab's vCenter is populated with. The words are the estate's, so that what was put in can be compared with what
 * a reader finds. Whatever is left out has the default of an ordinary VM: no field is unknown at a vCenter.
 * `go/population.go` has the same shape.
 */

/** A disk; `format` (vmdk) and `sharedWith` are not the source's to say. */
const PopulationDisk = EstateDisk.pick({ deviceKey: true, label: true, capacityBytes: true, file: true }).extend({
  /** Default: the VM's. */
  datastore: z.string().optional(),
  controller: z
    .strictObject({
      key: z.int(),
      bus: z.enum(["scsi", "sata", "ide", "nvme"]),
      busNumber: z.int(),
      /** pvscsi, lsilogic, lsilogicsas, buslogic, ahci (SATA), nvme, ide. */
      model: z.string(),
      sharedBus: z.enum(["none", "virtual", "physical"]).default("none"),
    })
    .prefault({ key: 1000, bus: "scsi", busNumber: 0, model: "pvscsi" }),
  unit: z.int().default(0),
  mode: EstateDisk.shape.mode,
  sharing: EstateDisk.shape.sharing,
  rdm: EstateDisk.shape.rdm,
  encrypted: z.boolean().default(false),
  thin: z.boolean().default(true),
  bootOrder: EstateDisk.shape.bootOrder,
  uuid: EstateDisk.shape.uuid,
  changeTracking: z.boolean().default(false),
  usedBytes: EstateDisk.shape.usedBytes,
  parentFile: EstateDisk.shape.parentFile,
  /** CID of the descriptor: ESXi gives a disk another one with the first write after it was opened. */
  contentId: z.string().default("fffffffe"),
});

const PopulationNic = EstateNic.pick({ deviceKey: true, label: true, network: true }).extend({
  macAddress: z.string(),
  /** vmxnet3, vmxnet2, e1000, e1000e, pcnet32, sriov. */
  adapter: z.string().default("vmxnet3"),
  connected: z.boolean().default(true),
  startConnected: z.boolean().default(true),
  addresses: z.array(z.strictObject({ address: z.string(), prefixLength: z.int() })).default([]),
  gateway: z.string().nullable().default(null),
});

const Tag = z.strictObject({ category: z.string(), name: z.string() });

/** A VM. Its name is its identity: a VM that is put again under its name is changed. */
export const PopulationVm = z.strictObject({
  name: z.string(),
  instanceUuid: z.string(),
  /** Datastore of its configuration file, and of its disks where they do not say. */
  datastore: z.string(),
  powerState: EstateVm.shape.powerState.default("poweredOn"),
  template: z.boolean().default(false),
  cpus: z.int().default(2),
  coresPerSocket: z.int().default(1),
  memoryMiB: z.int().default(2048),
  firmware: z.enum(["bios", "efi"]).default("bios"),
  secureBoot: z.boolean().default(false),
  tpm: z.boolean().default(false),
  guestId: z.string().default("debian12_64Guest"),
  hostName: z.string().nullable().default(null),
  toolsState: z.enum(["running", "notRunning", "notInstalled"]).default("running"),
  snapshots: z.array(EstateSnapshot.extend({ createdAt: z.string() })).default([]),
  changeTracking: z.boolean().default(false),
  esxiHost: z.string(),
  /** Path below the datacenter's VM folder; "": in that folder itself. */
  folder: z.string().default(""),
  hardwareVersion: z.int().default(19),
  guestName: z.string().default("Debian GNU/Linux 12 (64-bit)"),
  guestReportedName: z.string().nullable().default(null),
  cpuHotAdd: z.boolean().default(false),
  memoryHotAdd: z.boolean().default(false),
  cpuAffinity: z.boolean().default(false),
  numaAffinity: z.boolean().default(false),
  faultTolerance: z.boolean().default(false),
  consolidationNeeded: z.boolean().default(false),
  connectionState: z.string().default("connected"),
  /** A device of kind sriov is the NIC of that label. */
  devices: EstateVm.shape.devices,
  guestDisks: EstateVm.shape.guestDisks,
  /** What VMware Tools publish as application information; null: nothing. */
  software: z.array(z.string()).nullable().default(null),
  annotation: z.string().nullable().default(null),
  tags: z.array(Tag).default([]),
  customAttributes: z.record(z.string(), z.string()).default({}),
  disks: z.array(PopulationDisk).default([]),
  nics: z.array(PopulationNic).default([]),
  /** Further entries of the VM's advanced configuration. */
  extraConfig: z.record(z.string(), z.string()).default({}),
});
export type PopulationVm = z.infer<typeof PopulationVm>;

const PopulationHost = SourceHost.pick({ name: true }).extend({
  product: z.string().default("VMware ESXi 8.0.2 build-22380479"),
  cpuCores: z.int().default(16),
  memoryMiB: z.int().default(131_072),
  connectionState: z.enum(["connected", "disconnected", "notResponding"]).default("connected"),
  maintenance: z.boolean().default(false),
});

const PopulationRule = z.strictObject({
  name: z.string(),
  kind: z.enum(["affinity", "antiAffinity", "hostAffinity", "hostAntiAffinity"]),
  enabled: z.boolean().default(true),
  vms: z.array(z.string()),
  hosts: z.array(z.string()).default([]),
});

const PopulationCluster = z.strictObject({
  name: z.string(),
  drs: z.boolean().default(false),
  dpm: z.boolean().default(false),
  highAvailability: z.boolean().default(false),
  hosts: z.array(PopulationHost).min(1),
  rules: z.array(PopulationRule).default([]),
});

const PopulationDatastore = SourceDatastore.pick({ name: true }).extend({
  type: z.string().default("VMFS"),
  capacityBytes: z.int().default(2 ** 41),
  freeBytes: z.int().default(2 ** 40),
  accessible: z.boolean().default(true),
  maintenance: z.boolean().default(false),
  /** Names of hosts; empty: all of the datacenter. */
  hosts: z.array(z.string()).default([]),
});

const PopulationNetwork = SourceNetwork.pick({ name: true }).extend({
  kind: z.enum(["standard", "distributed", "opaque"]).default("standard"),
  /** VLAN id, or a trunk: "100-200,300"; "": none. */
  vlan: z.string().default(""),
  switch: z.string().default("vSwitch0"),
});

const PopulationDatacenter = z.strictObject({
  name: z.string(),
  /** Path of the folder that it lies in; "": at the top. */
  folder: z.string().default(""),
  clusters: z.array(PopulationCluster).default([]),
  /** Hosts without a cluster. */
  hosts: z.array(PopulationHost).default([]),
  datastores: z.array(PopulationDatastore).default([]),
  networks: z.array(PopulationNetwork).default([]),
  vms: z.array(PopulationVm).default([]),
});

export const Population = z
  .strictObject({
    product: z.string().default("VMware vCenter Server 8.0.2 build-22617221"),
    datacenters: z.array(PopulationDatacenter),
  })
  .transform((population) => ({
    ...population,
    datacenters: population.datacenters.map((dc) => ({ ...dc, vms: dc.vms.map(withDatastores) })),
  }));
export type Population = z.infer<typeof Population>;

/** The VM as the simulator takes it: each disk with its datastore. */
export function withDatastores(vm: PopulationVm) {
  return { ...vm, disks: vm.disks.map((disk) => ({ ...disk, datastore: disk.datastore ?? vm.datastore })) };
}
