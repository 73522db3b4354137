import type { CloudOffer, Flavor, Quota, VolumeType } from "../../cloud/offer.ts";
import type { StoragePool } from "../../cloud/storage-pool.ts";
import type { z } from "zod";
import { EstateDisk, EstateVm } from "../../inventory/schema/estate.ts";
import { Plan } from "../../inventory/schema/plan.ts";
import type { PlanInput } from "../../planning/plan-wave.ts";

/** A VM of the estate with one disk and one NIC; `changes` replaces whole fields. */
export function estateVm(
  key: string,
  changes: { readonly [Field in keyof z.input<typeof EstateVm>]?: unknown } = {},
): EstateVm {
  return EstateVm.parse({ ...vmInput(key), ...changes });
}

export function vmInput(key: string) {
  const number = Buffer.from(key).reduce((sum, byte) => (sum * 31 + byte) % 240, 7) + 10;
  return {
    version: 1,
    key,
    source: { kind: "vsphere", id: `vm-${number}` },
    instanceUuid: null as string | null,
    name: key,
    powerState: "poweredOn",
    template: false,
    cpus: 2,
    coresPerSocket: null as number | null,
    memoryMiB: 4096,
    firmware: "bios",
    secureBoot: false,
    tpm: false,
    guestId: "debian12_64Guest",
    hostName: key as string | null,
    toolsState: "running",
    snapshots: [] as unknown[],
    guestDisks: [{ path: "/", capacityBytes: 10 * 2 ** 30, freeBytes: 5 * 2 ** 30, fileSystem: "ext4" }] as unknown[],
    vips: [] as string[],
    disks: [disk(2000)] as unknown[],
    nics: [nic(4000, `00:50:56:00:00:${number.toString(16).padStart(2, "0")}`, `10.20.0.${number}`)] as unknown[],
  };
}

export function estateDisk(changes: object = {}): EstateDisk {
  return EstateDisk.parse(disk(2000, changes));
}

export function disk(deviceKey: number, changes: object = {}) {
  return {
    deviceKey,
    label: `Hard disk ${deviceKey - 1999}`,
    capacityBytes: 10 * 2 ** 30,
    file: `vm/vm-${deviceKey}.vmdk`,
    datastore: "ds1",
    format: "vmdk",
    controller: { key: 1000, bus: "scsi", busNumber: 0, model: "pvscsi" },
    unit: deviceKey - 2000,
    ...changes,
  };
}

export function nic(deviceKey: number, macAddress: string | null, address: string | null, changes: object = {}) {
  return {
    deviceKey,
    label: `Network adapter ${deviceKey - 3999}`,
    macAddress,
    network: "VM Network",
    adapter: "vmxnet3",
    connected: true,
    addresses: address === null ? [] : [{ address, prefixLength: 24 }],
    ...changes,
  };
}

export function flavor(name: string, vcpus: number, memoryMiB: number, changes: Partial<Flavor> = {}): Flavor {
  const id = `id-${name}`;
  const local = { diskGiB: 0, ephemeralGiB: 0, swapMiB: 0 };
  return { id, name, vcpus, memoryMiB, ...local, disabled: false, isPublic: true, extraSpecs: {}, ...changes };
}

const unlimited = { limit: null, used: 0 };

export function quota(changes: Partial<Quota> = {}): Quota {
  return {
    instances: unlimited,
    cores: unlimited,
    ramMiB: unlimited,
    serverGroupMembers: null,
    metadataItems: null,
    volumes: unlimited,
    gigabytes: unlimited,
    perVolumeGiB: null,
    typesKnown: true,
    perVolumeType: {},
    ports: unlimited,
    ...changes,
  };
}

/** One cloud with an admin, three flavors, one volume type, two networks. */
export function offer(changes: Partial<CloudOffer> = {}): CloudOffer {
  return {
    target: "lab",
    projectId: "project-1",
    region: "RegionOne",
    isAdmin: true,
    roles: ["admin"],
    services: ["compute", "network", "volumev3"],
    flavors: [flavor("m1.small", 1, 2048), flavor("m1.medium", 2, 4096), flavor("m1.large", 4, 8192)],
    volumeTypes: [volumeType("type-1", "ceph")],
    networks: [network("net-1", "lab-flat"), network("net-2", "lab-vxlan")],
    subnets: [
      subnet("sub-1", "net-1", "10.20.0.0/24", "10.20.0.1"),
      subnet("sub-2", "net-2", "10.30.0.0/24", "10.30.0.1"),
      { ...subnet("sub-6", "net-2", "2001:db8:30::/64", "2001:db8:30::1"), ipVersion: 6 },
    ],
    availabilityZones: ["nova"],
    zoneHosts: { nova: 3 },
    volumeZones: ["nova"],
    storagePools: [storagePool("lab@rbd#rbd")],
    serverGroups: [],
    quota: quota(),
    ports: [],
    servers: [],
    volumes: [],
    ...changes,
  };
}

export function volumeType(id: string, name: string, changes: Partial<VolumeType> = {}): VolumeType {
  return { id, name, isPublic: true, multiattach: false, zones: null, backend: null, ...changes };
}

/** A pool of 100 TiB, a tenth of it used. */
export function storagePool(name: string, changes: Partial<StoragePool> = {}): StoragePool {
  const sizes = { totalGiB: 102_400, freeGiB: 92_160, provisionedGiB: 10_240, overSubscription: 20 };
  return { name, place: name, backend: null, ...sizes, ...changes };
}

export function network(id: string, name: string, changes: Partial<CloudOffer["networks"][number]> = {}) {
  return { id, name, projectId: "project-1", shared: false, portSecurityEnabled: true, mtu: 1500, ...changes };
}

export function subnet(id: string, networkId: string, cidr: string, gatewayIp: string | null) {
  const given = { allocationPools: [], dhcp: true, automatic: false };
  return { id, name: `${id}-name`, networkId, cidr, ipVersion: 4 as 4 | 6, gatewayIp, ...given };
}

/** A plan with one wave of these VMs and their overrides. */
export function plan(vms: Record<string, object | null>, changes: object = {}, wave: object = {}): Plan {
  return Plan.parse({
    version: 1,
    targets: { lab: { cloud: "lab" } },
    networks: { "VM Network": { network: "lab-flat" }, DMZ: { network: "lab-vxlan" } },
    datastores: { ds1: "ceph" },
    securityGroups: { web: { rules: [{ direction: "ingress", protocol: "tcp", ports: 443 }] } },
    defaultSecurityGroups: ["web"],
    waves: { wave1: { target: "lab", vms, ...wave } },
    ...changes,
  });
}

export const stack = "wavelift/wave1";

/** Everything planWave needs for these VMs; the plan names each with no override unless it is given. */
export function input(vms: readonly EstateVm[], changes: Partial<PlanInput> = {}): PlanInput {
  return {
    plan: plan(Object.fromEntries(vms.map(({ key }) => [key, {}]))),
    wave: "wave1",
    estate: new Map(vms.map((vm) => [vm.key, vm])),
    offers: new Map([["lab", offer()]]),
    stack,
    previous: null,
    ...changes,
  };
}
