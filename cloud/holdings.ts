import { z } from "zod";
import { IMAGE_TAG, readImageDisk, readImageMark, readMark, readPortMark } from "../planning/mark.ts";
import type { Holdings } from "../planning/holdings.ts";
import { getAll } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { hasImageService, listImages } from "./glance.ts";

const Metadata = z.record(z.string(), z.string()).default({});
const RawVolume = z.object({
  id: z.string(),
  name: z.string().nullish(),
  status: z.string(),
  metadata: Metadata,
  attachments: z.array(z.object({ server_id: z.string().nullish() })).default([]),
  "os-vol-tenant-attr:tenant_id": z.string().nullish(),
});
const RawServer = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  metadata: Metadata,
  tenant_id: z.string().nullish(),
  "os-extended-volumes:volumes_attached": z.array(z.object({ id: z.string() })),
});
const RawPort = z.object({
  id: z.string(),
  name: z.string(),
  project_id: z.string().nullish(),
  device_id: z.string().nullish(),
  tags: z.array(z.string()).default([]),
  description: z.string().nullish(),
});
const portFields = Object.keys(RawPort.shape)
  .map((field) => `fields=${field}`)
  .join("&");

/**
 * Reads the volumes, servers, ports and own images of the client's project with their marks and what hangs together. An
 * administrator sees ports of all projects: each says whose it is.
 *
 * @throws {CloudError} when one of the services refuses or does not answer.
 */
export async function readHoldings(client: CloudClient, target: string): Promise<Holdings> {
  const [volumes, servers, ports, images] = await Promise.all([
    getAll(client, "block-storage", "/volumes/detail", "volumes", RawVolume),
    getAll(client, "compute", "/servers/detail", "servers", RawServer),
    getAll(client, "network", `/ports?${portFields}&limit=1000`, "ports", RawPort),
    hasImageService(client) ? listImages(client, { tag: IMAGE_TAG }) : [],
  ]);
  return {
    target,
    projectId: client.projectId,
    volumes: volumes.map((volume) => ({
      id: volume.id,
      name: volume.name ?? "",
      status: volume.status,
      projectId: volume["os-vol-tenant-attr:tenant_id"] ?? client.projectId,
      mark: readMark(volume.metadata),
      attachedServerIds: volume.attachments.flatMap(({ server_id: id }) => id ?? []),
    })),
    servers: servers.map((server) => ({
      id: server.id,
      name: server.name,
      status: server.status,
      projectId: server.tenant_id ?? client.projectId,
      mark: readMark(server.metadata),
      volumeIds: server["os-extended-volumes:volumes_attached"].map(({ id }) => id),
    })),
    images: images.map(({ id, name, status, owner, properties }) => ({
      ...{ id, name, status, projectId: owner, mark: readImageMark(properties, id), disk: readImageDisk(properties) },
    })),
    ports: ports.map((port) => ({
      id: port.id,
      name: port.name,
      projectId: port.project_id ?? "",
      mark: readPortMark(port.tags, port.description ?? ""),
      deviceId: port.device_id ?? "",
    })),
  };
}
