import type { StoragePool } from "./storage-pool.ts";

/**
 * What one target (cloud, region, project) offers and already holds: plain data, read once by `cloud/` and judged by
 * the pure functions of `planning/`.
 */
export interface CloudOffer {
  readonly target: string;
  /** Entry of clouds.yaml that it was read from, where it was read from one. */
  readonly cloud?: string;
  readonly projectId: string;
  /** Region of the services; null where the catalog names none. With the project it tells two targets apart. */
  readonly region: string | null;
  /** Whether the credentials carry the admin role: it may choose fixed IPs and MACs on networks of others. */
  readonly isAdmin: boolean;
  /** Names of the roles of the credentials in this project. */
  readonly roles: readonly string[];
  /** Types of the services in the catalog, for example key-manager (Barbican). */
  readonly services: readonly string[];
  readonly flavors: readonly Flavor[];
  readonly volumeTypes: readonly VolumeType[];
  readonly networks: readonly OfferedNetwork[];
  readonly subnets: readonly OfferedSubnet[];
  /** Zones of servers that are up. */
  readonly availabilityZones: readonly string[];
  /** Zone of servers -> hosts that run; null where the credentials may not see hosts. */
  readonly zoneHosts: Readonly<Record<string, number>> | null;
  /** Zones of volumes that are up; null where Cinder does not tell. */
  readonly volumeZones: readonly string[] | null;
  /** Pools behind the volume types; null where the credentials may not see them (Cinder shows them to administrators). */
  readonly storagePools: readonly StoragePool[] | null;
  /** Server groups of the project; null where Nova does not tell. */
  readonly serverGroups: readonly OfferedServerGroup[] | null;
  /** Ids of the security groups that the credentials see; null or left out where Neutron does not tell. */
  readonly securityGroupIds?: readonly string[] | null;
  readonly quota: Quota;
  readonly ports: readonly ExistingPort[];
  readonly servers: readonly ExistingServer[];
  readonly volumes: readonly ExistingVolume[];
  /** Images that this program made; left out where the cloud has no image service. */
  readonly images?: readonly ExistingImage[];
}

export interface VolumeType {
  readonly id: string;
  readonly name: string;
  readonly isPublic: boolean;
  /** Whether several servers may use one volume at once; null where Cinder does not show it (members, before Xena). */
  readonly multiattach: boolean | null;
  /** Zones that it is limited to; null: no limit, or not told. */
  readonly zones: readonly string[] | null;
  /** Its volume_backend_name, which only administrators see; null: any, or not told. */
  readonly backend: string | null;
}

export interface OfferedServerGroup {
  readonly id: string;
  readonly name: string;
  readonly policies: readonly string[];
  /** Ids of its servers; deleted ones are none. */
  readonly memberIds: readonly string[];
}

/** A flavor that the project can really use: private ones only where the project has access. */
export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Root disk in GiB; irrelevant for servers that boot from a volume. */
  readonly diskGiB: number;
  /** A second, empty disk on the host, in GiB; 0: none. */
  readonly ephemeralGiB: number;
  /** A swap disk on the host, in MiB; 0: none. */
  readonly swapMiB: number;
  readonly disabled: boolean;
  readonly isPublic: boolean;
  readonly extraSpecs: Readonly<Record<string, string>>;
}

export interface OfferedNetwork {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly shared: boolean;
  readonly portSecurityEnabled: boolean;
  /** Largest packet in bytes; null where Neutron does not tell. */
  readonly mtu: number | null;
}

export interface OfferedSubnet {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly cidr: string;
  readonly ipVersion: 4 | 6;
  readonly gatewayIp: string | null;
  /** Ranges that Neutron gives addresses from by itself; empty: none. */
  readonly allocationPools: readonly { readonly start: string; readonly end: string }[];
  /** Whether a DHCP agent answers there. */
  readonly dhcp: boolean;
  /** IPv6 addresses come from the MAC (SLAAC, stateless DHCP): Neutron refuses chosen ones. */
  readonly automatic: boolean;
}

/** A limit of null means unlimited (-1 in the API). */
export interface QuotaItem {
  readonly limit: number | null;
  readonly used: number;
}

export interface Quota {
  readonly instances: QuotaItem;
  readonly cores: QuotaItem;
  readonly ramMiB: QuotaItem;
  /** Servers in one server group; null: no limit, or not told. */
  readonly serverGroupMembers: number | null;
  /** Metadata items of one server; null: no limit, or not told. */
  readonly metadataItems: number | null;
  readonly volumes: QuotaItem;
  readonly gigabytes: QuotaItem;
  /** Largest volume in GiB; null: no limit, or not told. */
  readonly perVolumeGiB: number | null;
  /** false: Cinder shows this user no quotas of volume types; `perVolumeType` is empty then. */
  readonly typesKnown: boolean;
  /** Volume type -> quotas of that type. */
  readonly perVolumeType: Readonly<Record<string, { readonly volumes: QuotaItem; readonly gigabytes: QuotaItem }>>;
  readonly ports: QuotaItem;
}

/** Who made a resource: the mark of a wave's stack, null when it is not ours. See planning/mark.ts. */
export interface Mark {
  /** project/stack, for example wavelift/wave1. */
  readonly stack: string;
  /** Key of the disk (volumes), or of the VM (servers, ports). */
  readonly key: string;
  readonly generation: number;
}

export interface ExistingPort {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly macAddress: string;
  readonly fixedIps: readonly { readonly subnetId: string; readonly ipAddress: string }[];
  readonly deviceOwner: string;
  readonly mark: Mark | null;
}

export interface ExistingServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly mark: Mark | null;
}

export interface ExistingImage {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** Its key is that of the VM. */
  readonly mark: Mark | null;
}

export interface ExistingVolume {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly mark: Mark | null;
}
