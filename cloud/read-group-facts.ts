import { z } from "zod";
import { readEstate, readMark, readTags } from "../planning/mark.ts";
import { getAll, getOrNull } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import type { GroupFacts } from "./group-facts.ts";

const Metadata = z.record(z.string(), z.string()).default({});
const RawPort = z.object({
  id: z.string(),
  name: z.string(),
  security_groups: z.array(z.string()).default([]),
  tags: z.array(z.string()).default([]),
});
const RawServer = z.object({ id: z.string(), name: z.string(), metadata: Metadata });
const RawVolume = z.object({ metadata: Metadata });
/** In Nova's oldest microversion: later ones call `policies` `policy`. Deleted servers are no members (its API says). */
const RawServerGroup = z.object({
  server_group: z.object({ id: z.string(), policies: z.array(z.string()), members: z.array(z.string()) }),
});

/**
 * Reads what may use shared groups in the client's project; an administrator sees the ports of all projects.
 * @param serverGroupIds the server groups whose members are asked for
 * @throws {CloudError} when one of the services refuses or does not answer
 */
export async function readGroupFacts(client: CloudClient, serverGroupIds: readonly string[]): Promise<GroupFacts> {
  const portFields = Object.keys(RawPort.shape).map((field) => `fields=${field}`);
  const [ports, servers, volumes, serverGroups] = await Promise.all([
    getAll(client, "network", `/ports?${portFields.join("&")}&limit=1000`, "ports", RawPort),
    getAll(client, "compute", "/servers/detail", "servers", RawServer),
    getAll(client, "block-storage", "/volumes/detail", "volumes", RawVolume),
    Promise.all(
      serverGroupIds.map((id) =>
        getOrNull(client, "compute", `/os-server-groups/${encodeURIComponent(id)}`, RawServerGroup),
      ),
    ),
  ]);
  return {
    ports: ports.map(({ id, name, security_groups: securityGroupIds, tags }) => ({
      id,
      name,
      securityGroupIds,
      mark: readTags(tags),
    })),
    servers: servers.map(({ id, name, metadata }) => ({ id, name, mark: readMark(metadata) })),
    volumes: volumes.map(({ metadata }) => ({ mark: readMark(metadata), estate: readEstate(metadata) })),
    serverGroups: serverGroups.flatMap((found) =>
      found === null
        ? []
        : [
            {
              id: found.server_group.id,
              policies: found.server_group.policies,
              memberIds: found.server_group.members,
            },
          ],
    ),
  };
}
