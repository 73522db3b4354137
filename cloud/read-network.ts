import { z } from "zod";
import { readPortMark } from "../planning/mark.ts";
import { getAll } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { unlessRefused } from "./optional.ts";
import type { ExistingPort, OfferedNetwork, OfferedSubnet } from "./offer.ts";

const RawNetwork = z.object({
  id: z.string(),
  name: z.string(),
  project_id: z.string(),
  shared: z.boolean().default(false),
  port_security_enabled: z.boolean().default(true),
  mtu: z.number().nullish(),
});
const RawSubnet = z.object({
  id: z.string(),
  name: z.string(),
  network_id: z.string(),
  cidr: z.string(),
  ip_version: z.union([z.literal(4), z.literal(6)]),
  gateway_ip: z.string().nullish(),
  allocation_pools: z.array(z.object({ start: z.string(), end: z.string() })).default([]),
  enable_dhcp: z.boolean().default(true),
  ipv6_address_mode: z.string().nullish(),
});
const RawSecurityGroup = z.object({ id: z.string() });
const RawPort = z.object({
  id: z.string(),
  name: z.string(),
  network_id: z.string(),
  mac_address: z.string(),
  fixed_ips: z.array(z.object({ subnet_id: z.string(), ip_address: z.string() })).default([]),
  device_owner: z.string().default(""),
  tags: z.array(z.string()).default([]),
  description: z
    .string()
    .nullish()
    .transform((text) => text ?? ""),
});

/** Modes in which an IPv6 address follows from the MAC (neutron/common/ipv6_utils.py, is_auto_address_subnet). */
const AUTOMATIC: ReadonlySet<string> = new Set(["slaac", "dhcpv6-stateless"]);

/** A collection with only the fields that are read, in pages: Neutron pages only when asked to. */
const query = (path: string, schema: z.ZodObject): string => {
  const fields = Object.keys(schema.shape).map((field) => `fields=${field}`);
  return `/${path}?${fields.join("&")}&limit=1000`;
};

/**
 * Networks that the project may put ports on, with their subnets. A member also sees external networks, but Nova lets
 * only administrators use them (ExternalNetworkAttachForbidden), so they are left out unless they are shared.
 */
export async function readNetworks(
  client: CloudClient,
  isAdmin: boolean,
): Promise<{ networks: OfferedNetwork[]; subnets: OfferedSubnet[] }> {
  const [rawNetworks, rawSubnets] = await Promise.all([
    getAll(client, "network", query("networks", RawNetwork), "networks", RawNetwork),
    getAll(client, "network", query("subnets", RawSubnet), "subnets", RawSubnet),
  ]);
  const networks = rawNetworks
    .filter((network) => isAdmin || network.shared || network.project_id === client.projectId)
    .map((network) => ({
      id: network.id,
      name: network.name,
      projectId: network.project_id,
      shared: network.shared,
      portSecurityEnabled: network.port_security_enabled,
      mtu: network.mtu ?? null,
    }));
  const offered = new Set(networks.map(({ id }) => id));
  const subnets = rawSubnets
    .filter((subnet) => offered.has(subnet.network_id))
    .map((subnet) => ({
      id: subnet.id,
      name: subnet.name,
      networkId: subnet.network_id,
      cidr: subnet.cidr,
      ipVersion: subnet.ip_version,
      gatewayIp: subnet.gateway_ip ?? null,
      allocationPools: subnet.allocation_pools,
      dhcp: subnet.enable_dhcp,
      automatic: AUTOMATIC.has(subnet.ipv6_address_mode ?? ""),
    }));
  return { networks, subnets };
}

/** The ports that these credentials see: a member its own and those on its networks, an administrator all. */
export async function readPorts(client: CloudClient): Promise<ExistingPort[]> {
  const ports = await getAll(client, "network", query("ports", RawPort), "ports", RawPort);
  return ports.map((port) => ({
    id: port.id,
    name: port.name,
    networkId: port.network_id,
    macAddress: port.mac_address.toLowerCase(),
    fixedIps: port.fixed_ips.map((ip) => ({ subnetId: ip.subnet_id, ipAddress: ip.ip_address })),
    deviceOwner: port.device_owner,
    mark: readPortMark(port.tags, port.description),
  }));
}

/** Ids of the security groups that the credentials see (an administrator: of all projects); null where they see none. */
export async function readSecurityGroupIds(client: CloudClient): Promise<string[] | null> {
  const path = query("security-groups", RawSecurityGroup);
  const groups = await unlessRefused(getAll(client, "network", path, "security_groups", RawSecurityGroup));
  return groups?.map(({ id }) => id) ?? null;
}
