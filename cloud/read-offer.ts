import { z } from "zod";
import { IMAGE_TAG, readImageMark, readMark } from "../planning/mark.ts";
import { getAll } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { hasImageService, listImages } from "./glance.ts";
import type { CloudOffer, ExistingImage, ExistingServer, ExistingVolume } from "./offer.ts";
import { readFlavors } from "./read-flavors.ts";
import { readNetworks, readPorts, readSecurityGroupIds } from "./read-network.ts";
import { readQuota } from "./read-quota.ts";
import { readServerGroups } from "./read-server-groups.ts";
import { readStoragePools } from "./read-storage-pools.ts";
import { readVolumeTypes } from "./read-volume-types.ts";
import { readComputeZones, readVolumeZones } from "./read-zones.ts";

const Metadata = z.record(z.string(), z.string()).default({});
const RawServer = z.object({ id: z.string(), name: z.string(), status: z.string(), metadata: Metadata });
const RawVolume = z.object({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  size: z.number(),
  volume_type: z.string().nullish(),
  metadata: Metadata,
});

/**
 * Reads what the client's project can use and already holds. `target` is its name in the plan.
 *
 * @throws {CloudError} when one of the services refuses or does not answer.
 */
export async function readOffer(client: CloudClient, target: string): Promise<CloudOffer> {
  const isAdmin = client.roles.includes("admin");
  const [
    flavors,
    volumeTypes,
    reached,
    zones,
    volumeZones,
    storagePools,
    serverGroups,
    securityGroupIds,
    quota,
    ports,
    servers,
    volumes,
    images,
  ] = await Promise.all([
    readFlavors(client),
    readVolumeTypes(client),
    readNetworks(client, isAdmin),
    readComputeZones(client, isAdmin),
    readVolumeZones(client),
    readStoragePools(client),
    readServerGroups(client),
    readSecurityGroupIds(client),
    readQuota(client),
    readPorts(client),
    readServers(client),
    readVolumes(client),
    readImages(client),
  ]);
  const { projectId, region, roles, services } = client;
  const who = { target, projectId, region, isAdmin, roles, services };
  const offered = { flavors, volumeTypes, ...reached, ...zones, volumeZones, storagePools, serverGroups, quota };
  return { ...who, ...offered, securityGroupIds, ports, servers, volumes, ...(images === null ? {} : { images }) };
}

async function readServers(client: CloudClient): Promise<ExistingServer[]> {
  const servers = await getAll(client, "compute", "/servers/detail", "servers", RawServer);
  return servers.map(({ id, name, status, metadata }) => ({ id, name, status, mark: readMark(metadata) }));
}

/** The images of the project that this program made; null where the cloud has no image service. */
async function readImages(client: CloudClient): Promise<ExistingImage[] | null> {
  if (!hasImageService(client)) return null;
  const images = await listImages(client, { tag: IMAGE_TAG });
  return images.map(({ id, name, status, properties }) => ({ id, name, status, mark: readImageMark(properties, id) }));
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
