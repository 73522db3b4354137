import type { CloudOffer, Mark, QuotaItem } from "../../cloud/offer.ts";
import { markMetadata, markTags } from "../../planning/mark.ts";
import type { Reply, Seen } from "../cloud/fake-cloud.ts";

/** What Nova, Cinder and Neutron answer about a cloud that offers this: the other way round than cloud/read-offer.ts. */
export function answersOf(offer: CloudOffer): (seen: Seen) => Reply {
  return ({ method, path }) => {
    const [, service, ...rest] = path.replace(/\?.*$/, "").split("/");
    const body = method === "GET" ? bodyOf(offer, service ?? "", rest.slice(service === "network" ? 0 : 1)) : undefined;
    return body === undefined ? { status: 404, body: { message: `no ${path} here` } } : { body };
  };
}

function bodyOf(offer: CloudOffer, service: string, path: readonly string[]): unknown {
  switch (service) {
    case "compute":
      return compute(offer, path.join("/"));
    case "volume":
      return storage(offer, path.slice(1).join("/"));
    case "image":
      return { images: [] };
    case "network":
      return network(offer, path.filter((part) => part !== "v2.0").join("/"));
    default:
      return undefined;
  }
}

const limit = (item: QuotaItem): number => item.limit ?? -1;

function compute({ flavors, servers, availabilityZones, quota }: CloudOffer, path: string): unknown {
  switch (path) {
    case "flavors/detail":
      return {
        flavors: flavors.map(({ id, name, vcpus, memoryMiB, diskGiB, disabled, isPublic, extraSpecs }) => ({
          ...{ id, name, vcpus, ram: memoryMiB, disk: diskGiB, extra_specs: extraSpecs },
          "OS-FLV-DISABLED:disabled": disabled,
          "os-flavor-access:is_public": isPublic,
        })),
      };
    case "servers/detail":
      return { servers: servers.map(({ id, name, status, mark }) => ({ id, name, status, metadata: metadata(mark) })) };
    case "os-availability-zone":
      return {
        availabilityZoneInfo: availabilityZones.map((zoneName) => ({ zoneName, zoneState: { available: true } })),
      };
    case "limits":
      return {
        limits: {
          absolute: {
            ...{ maxTotalInstances: limit(quota.instances), totalInstancesUsed: quota.instances.used },
            ...{ maxTotalCores: limit(quota.cores), totalCoresUsed: quota.cores.used },
            ...{ maxTotalRAMSize: limit(quota.ramMiB), totalRAMUsed: quota.ramMiB.used },
          },
        },
      };
    default:
      return undefined;
  }
}

function storage({ volumeTypes, volumes, quota, projectId }: CloudOffer, path: string): unknown {
  const item = (of: QuotaItem) => ({ limit: limit(of), in_use: of.used, reserved: 0 });
  if (path === `os-quota-sets/${projectId}`)
    return { quota_set: { volumes: item(quota.volumes), gigabytes: item(quota.gigabytes) } };
  if (path === "types")
    return { volume_types: volumeTypes.map(({ id, name, isPublic }) => ({ id, name, is_public: isPublic })) };
  if (path !== "volumes/detail") return undefined;
  return {
    volumes: volumes.map(({ id, name, status, sizeGiB, volumeType, mark }) => ({
      ...{ id, name, status, size: sizeGiB, volume_type: volumeType, metadata: metadata(mark) },
    })),
  };
}

function network({ networks, subnets, ports, quota, projectId }: CloudOffer, path: string): unknown {
  switch (path) {
    case "networks":
      return {
        networks: networks.map(({ id, name, projectId: project, shared, portSecurityEnabled }) => ({
          ...{ id, name, project_id: project, shared, port_security_enabled: portSecurityEnabled },
        })),
      };
    case "subnets":
      return {
        subnets: subnets.map(({ id, name, networkId, cidr, ipVersion, gatewayIp }) => ({
          ...{ id, name, network_id: networkId, cidr, ip_version: ipVersion, gateway_ip: gatewayIp },
        })),
      };
    case "ports":
      return {
        ports: ports.map(({ id, name, networkId, macAddress, fixedIps, deviceOwner, mark }) => ({
          ...{ id, name, network_id: networkId, mac_address: macAddress, device_owner: deviceOwner },
          fixed_ips: fixedIps.map(({ subnetId, ipAddress }) => ({ subnet_id: subnetId, ip_address: ipAddress })),
          tags: mark === null ? [] : markTags(mark),
        })),
      };
    case `quotas/${projectId}/details`:
      return { quota: { port: { limit: limit(quota.ports), used: quota.ports.used, reserved: 0 } } };
    default:
      return undefined;
  }
}

const metadata = (mark: Mark | null): Record<string, string> => (mark === null ? {} : markMetadata(mark));
