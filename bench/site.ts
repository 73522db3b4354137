import type { SourceFacts } from "../inventory/schema/source.ts";

/** What the VMs of a made-up estate stand on. */
export interface MadeCluster {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly datastores: readonly string[];
}

export interface MadeSite {
  readonly clusters: readonly MadeCluster[];
  readonly networks: readonly string[];
}

export const madeServer = "vcenter.example.com";
export const madeDatacenter = "Frankfurt";

/** About 250 VMs a cluster, 8 hosts and 6 datastores each: the density of a common estate. */
export function makeSite(vms: number): MadeSite {
  const clusters = Array.from({ length: Math.max(2, Math.ceil(vms / 250)) }, (_, index) => {
    const number = String(index + 1).padStart(2, "0");
    return {
      name: `cluster-${number}`,
      hosts: Array.from({ length: 8 }, (_, host) => `esx${number}-${host + 1}.example.com`),
      datastores: Array.from({ length: 6 }, (_, store) => `ds-${number}-${store + 1}`),
    };
  });
  return { clusters, networks: Array.from({ length: 24 }, (_, index) => `VLAN-${100 + index}`) };
}

/** What the source would say of the site. Free space is a quarter of what is there. */
export function sourceOf({ clusters, networks }: MadeSite): SourceFacts {
  return {
    version: 1,
    server: madeServer,
    kind: "vsphere",
    product: "VMware vCenter Server 8.0.2 build-22617221",
    clusters: clusters.map(({ name }) => ({
      ...{ name, datacenter: madeDatacenter },
      ...{ drs: true, dpm: false, highAvailability: true },
    })),
    hosts: clusters.flatMap(({ name, hosts }) =>
      hosts.map((host) => ({
        ...{ name: host, cluster: name, product: "VMware ESXi 8.0.2 build-22380479" },
        ...{ cpuCores: 64, memoryMiB: 1024 * 1024, connectionState: "connected", maintenance: false },
      })),
    ),
    datastores: clusters.flatMap(({ hosts, datastores }) =>
      datastores.map((name) => ({
        ...{ name, datacenter: madeDatacenter, type: "VMFS", accessible: true, maintenance: false },
        ...{ capacityBytes: 40 * 2 ** 40, freeBytes: 10 * 2 ** 40, hosts: [...hosts] },
      })),
    ),
    networks: networks.map((name) => ({ name, kind: "distributed", vlan: name.slice(5), switch: "dvs-prod" })),
  };
}
