import { z } from "zod";
import { readMark } from "../planning/mark.ts";
import { getAll, getOne } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import type { CloudOffer, ExistingServer, ExistingVolume } from "./offer.ts";
import { readFlavors } from "./read-flavors.ts";
import { readNetworks, readPorts } from "./read-network.ts";
import { readQuota } from "./read-quota.ts";

const Metadata = z.record(z.string(), z.string()).default({});
const RawType = z.object({
  id: z.string(),
  name: z.string(),
  is_public: z.boolean().default(true),
  extra_specs: z.record(z.string(), z.string()).default({}),
});
const RawServer = z.object({ id: z.string(), name: z.string(), status: z.string(), metadata: Metadata });
const RawVolume = z.object({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  size: z.number(),
  volume_type: z.string().nullish(),
  metadata: Metadata,
});
const Zones = z.object({
  availabilityZoneInfo: z.array(z.object({ zoneName: z.string(), zoneState: z.object({ available: z.boolean() }) })),
});

/**
 * Reads what the client's project can use and already holds. `target` is its name in the plan.
 *
 * @throws {CloudError} when one of the services refuses or does not answer.
 */
export async function readOffer(client: CloudClient, target: string): Promise<CloudOffer> {
  const isAdmin = client.roles.includes("admin");
  const [flavors, volumeTypes, { networks, subnets }, availabilityZones, quota, ports, servers, volumes] =
    await Promise.all([
      readFlavors(client),
      readVolumeTypes(client),
      readNetworks(client, isAdmin),
      readZones(client),
      readQuota(client),
      readPorts(client),
      readServers(client),
      readVolumes(client),
    ]);
  return {
    target,
    projectId: client.projectId,
    isAdmin,
    flavors,
    volumeTypes,
    networks,
    subnets,
    availabilityZones,
    quota,
    ports,
    servers,
    volumes,
  };
}

/**
 * Volume types of the project: as with flavors, no `is_public` means the public ones and those it has access to.
 * Older Cinders show extra specs to administrators only: there a member sees no type as multiattach.
 */
async function readVolumeTypes(client: CloudClient): Promise<CloudOffer["volumeTypes"]> {
  const types = await getAll(client, "block-storage", "/types", "volume_types", RawType);
  return types.map(({ id, name, is_public: isPublic, extra_specs: specs }) => ({
    id,
    name,
    isPublic,
    multiattach: /^<is>\s*true$/i.test(specs["multiattach"] ?? ""),
  }));
}

async function readZones(client: CloudClient): Promise<string[]> {
  const { availabilityZoneInfo } = await getOne(client, "compute", "/os-availability-zone", Zones);
  return availabilityZoneInfo.filter(({ zoneState }) => zoneState.available).map(({ zoneName }) => zoneName);
}

async function readServers(client: CloudClient): Promise<ExistingServer[]> {
  const servers = await getAll(client, "compute", "/servers/detail", "servers", RawServer);
  return servers.map(({ id, name, status, metadata }) => ({ id, name, status, mark: readMark(metadata) }));
}

/** The volumes of the project. */
export async function readVolumes(client: CloudClient): Promise<ExistingVolume[]> {
  const volumes = await getAll(client, "block-storage", "/volumes/detail", "volumes", RawVolume);
  return volumes.map((volume) => ({
    id: volume.id,
    name: volume.name ?? "",
    status: volume.status,
    sizeGiB: volume.size,
    volumeType: volume.volume_type ?? "",
    mark: readMark(volume.metadata),
  }));
}
