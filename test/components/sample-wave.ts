import { WaveFile } from "../../inventory/schema/wave.ts";

const disk = (vm: string, deviceKey: number, bootIndex: 0 | -1, capacityBytes: number) => ({
  key: `${vm}-disk-${deviceKey}`,
  deviceKey,
  label: `Hard disk ${deviceKey - 1999}`,
  name: `${vm}-disk-${deviceKey}`,
  source: { transport: "file", datastore: "ds1", file: `${vm}/${vm}_${deviceKey}.vmdk`, format: "vmdk" },
  capacityBytes,
  sizeGiB: Math.ceil(capacityBytes / 2 ** 30),
  volumeType: "ceph",
  volumeTypeReason: "datastore ds1 is mapped to ceph",
  bootIndex,
});

const nic = (vm: string, deviceKey: number, last: string, fixedIps: { subnetId: string; ipAddress: string }[]) => ({
  key: `${vm}-nic-${deviceKey}`,
  deviceKey,
  label: `Network adapter ${deviceKey - 3999}`,
  name: `${vm}-nic-${deviceKey}`,
  macAddress: `00:50:56:00:00:${last}`,
  sourceNetwork: "VM Network",
  networkId: "net-1",
  networkName: "lab-flat",
  fixedIps,
  securityGroups: ["web"],
  allowedAddressPairs: [],
  adminStateUp: true,
  reason: "VM Network is mapped to lab-flat",
});

const vm = (key: string, more: object) => ({
  key,
  name: key,
  sourceName: key,
  sourceId: `vm-${key}`,
  instanceUuid: null,
  target: "lab",
  phase: "cutover",
  generation: 1,
  boot: true,
  bootReason: "switched on at the source",
  flavor: { id: "1", name: "lab.small", vcpus: 1, memoryMiB: 512, reason: "smallest" },
  bootDiskReason: "the only disk",
  disks: [disk(key, 2000, 0, 1_610_612_736)],
  nics: [nic(key, 4000, "01", [{ subnetId: "sub-1", ipAddress: "10.20.0.50" }])],
  ignoredNics: [],
  imageProperties: { hw_disk_bus: "scsi", hw_scsi_model: "virtio-scsi" },
  imagePropertiesReason: "BIOS, pvscsi",
  dependsOn: [],
  checks: [],
  readyTimeoutSeconds: 600,
  availabilityZone: null,
  serverGroup: null,
  exclude: false,
  ...more,
});

const image = (key: string, more: object) => ({
  ...{
    key,
    name: `Template ${key}`,
    sourceName: key,
    sourceId: `vm-${key}`,
    target: "lab",
    phase: "cutover",
    generation: 1,
  },
  disk: {
    ...{ key: `${key}-disk-2000`, deviceKey: 2000, label: "Hard disk 1", capacityBytes: 1_610_612_736 },
    source: { transport: "file", datastore: "ds1", file: `${key}/${key}.vmdk`, format: "vmdk" },
  },
  ...{ diskReason: "the only disk", leftOutDisks: [], minDiskGiB: 2, minRamMiB: 0, visibility: "private" },
  ...{ protected: false, imageProperties: { hw_disk_bus: "scsi" }, imagePropertiesReason: "BIOS", exclude: false },
  ...more,
});

/**
 * A wave with one of everything that changes what is declared: two disks, two NICs (one without address, disconnected,
 * without a security group), VIPs, server group, availability zone, a VM that is not booted, each phase, two targets.
 */
export const sampleWave = WaveFile.parse({
  version: 1,
  wave: "sample",
  targets: { lab: { cloud: "lab" }, tenant: { cloud: "lab-tenant" } },
  vms: [
    vm("app", { dependsOn: ["db"], target: "tenant", checks: [{ kind: "tcp", port: 8080 }] }),
    vm("db", {
      disks: [disk("db", 2000, 0, 1_610_612_736), disk("db", 2001, -1, 1_073_741_825)],
      nics: [
        {
          ...nic("db", 4000, "02", [{ subnetId: "sub-1", ipAddress: "10.20.0.51" }]),
          allowedAddressPairs: [{ ipAddress: "10.20.0.99", macAddress: "00:50:56:00:00:02" }],
        },
        { ...nic("db", 4001, "03", []), adminStateUp: false, securityGroups: [] },
        {
          ...nic("db", 4002, "04", [{ subnetId: "sub-1", ipAddress: "10.20.0.52" }]),
          macAddress: null,
          allowedAddressPairs: [{ ipAddress: "10.20.0.99", macAddress: null }],
        },
      ],
      availabilityZone: "nova",
      serverGroup: "dbs",
    }),
    vm("gone", { phase: "absent" }),
    vm("off", { boot: false, bootReason: "switched off at the source" }),
    vm("pre", { phase: "precopy" }),
    vm("yes", { phase: "accepted" }),
  ],
  images: [
    image("golden", {}),
    image("kept", { phase: "accepted", protected: true, visibility: "shared" }),
    image("never", { phase: "absent" }),
  ],
});
