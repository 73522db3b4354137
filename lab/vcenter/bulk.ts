import type { z } from "zod";
import type { Population, PopulationVm } from "./population.ts";

/**
 * A vCenter with many VMs, for scale: the same for the same number. Clusters of up to 32 hosts, about 25 VMs a host, 2.4 disks a
 * VM (12,000 for 5,000 VMs), the sizes of an ordinary estate.
 */
export function bulkPopulation(vms: number): z.input<typeof Population> {
  const hosts = Math.max(1, Math.ceil(vms / 25));
  const clusters = Math.ceil(hosts / 32);
  const stores = Math.max(1, Math.ceil(vms / 100));
  return {
    datacenters: [
      {
        name: "DC0",
        clusters: Array.from({ length: clusters }, (_, cluster) => ({
          name: `C${cluster}`,
          drs: true,
          hosts: Array.from({ length: Math.min(32, hosts - cluster * 32) }, (_, host) => ({
            name: hostName(cluster * 32 + host),
          })),
        })),
        datastores: Array.from({ length: stores }, (_, store) => ({ name: `ds${store}` })),
        networks: Array.from({ length: 8 }, (_, net) => ({
          name: `net${net}`,
          kind: "distributed" as const,
          vlan: String(100 + net),
          switch: "dvs0",
        })),
        vms: Array.from({ length: vms }, (_, index) => bulkVm(index, hosts, stores)),
      },
    ],
  };
}

const hostName = (index: number): string => `esx${index}.example`;
const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, "0");

function bulkVm(index: number, hosts: number, stores: number): z.input<typeof PopulationVm> {
  const name = `vm${String(index).padStart(5, "0")}`;
  // 1, 2, 2, 3, 4: 12 disks for 5 VMs.
  const disks = [1, 2, 2, 3, 4][index % 5] ?? 1;
  const mac = hex(index, 6).replace(/(..)(..)(..)/, "$1:$2:$3");
  const store = index % stores;
  return {
    name,
    instanceUuid: `50270000-0000-4000-8000-${hex(index, 12)}`,
    datastore: `ds${store}`,
    esxiHost: hostName(index % hosts),
    folder: `app${index % 40}`,
    cpus: [1, 2, 4, 8][index % 4] ?? 1,
    memoryMiB: 1024 * ([2, 4, 8, 16][index % 4] ?? 2),
    powerState: index % 10 === 9 ? "poweredOff" : "poweredOn",
    hostName: name,
    tags: [],
    disks: Array.from({ length: disks }, (_, disk) => ({
      deviceKey: 2000 + disk,
      label: `Hard disk ${disk + 1}`,
      capacityBytes: ([10, 20, 40, 100][(index + disk) % 4] ?? 10) * 2 ** 30,
      file: `${name}/${name}${disk === 0 ? "" : `_${disk}`}.vmdk`,
      unit: disk,
      thin: true,
    })),
    nics: [
      {
        deviceKey: 4000,
        label: "Network adapter 1",
        macAddress: `00:50:56:${mac}`,
        network: `net${index % 8}`,
        addresses: [{ address: `10.${20 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`, prefixLength: 16 }],
        gateway: "10.20.0.1",
      },
    ],
  };
}
