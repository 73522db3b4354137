/**
 * What one target (cloud, region, project) offers and already holds: plain data, read once by `cloud/` and judged by
 * the pure functions of `planning/`.
 */
export interface CloudOffer {
  readonly target: string;
  /** Entry of clouds.yaml that it was read from, where it was read from one. */
  readonly cloud?: string;
  readonly projectId: string;
  /** Whether the credentials carry the admin role: it may choose fixed IPs and MACs on networks of others. */
  readonly isAdmin: boolean;
  readonly flavors: readonly Flavor[];
  readonly volumeTypes: readonly {
    readonly id: string;
    readonly name: string;
    readonly isPublic: boolean;
    readonly multiattach: boolean;
  }[];
  readonly networks: readonly OfferedNetwork[];
  readonly subnets: readonly OfferedSubnet[];
  readonly availabilityZones: readonly string[];
  readonly quota: Quota;
  readonly ports: readonly ExistingPort[];
  readonly servers: readonly ExistingServer[];
  readonly volumes: readonly ExistingVolume[];
}

/** A flavor that the project can really use: private ones only where the project has access. */
export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Root disk in GiB; irrelevant for servers that boot from a volume. */
  readonly diskGiB: number;
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
}

export interface OfferedSubnet {
  readonly id: string;
  readonly name: string;
  readonly networkId: string;
  readonly cidr: string;
  readonly ipVersion: 4 | 6;
  readonly gatewayIp: string | null;
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
  readonly volumes: QuotaItem;
  readonly gigabytes: QuotaItem;
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

export interface ExistingVolume {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly mark: Mark | null;
}
