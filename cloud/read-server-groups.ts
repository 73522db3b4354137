import { z } from "zod";
import { getAll } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import type { OfferedServerGroup } from "./offer.ts";
import { unlessRefused } from "./optional.ts";

/** In Nova's oldest microversion: later ones call `policies` `policy`. */
const RawGroup = z.object({
  id: z.string(),
  name: z.string(),
  policies: z.array(z.string()),
  members: z.array(z.string()),
});

/** The server groups of the project with their members; null where Nova does not tell. */
export async function readServerGroups(client: CloudClient): Promise<OfferedServerGroup[] | null> {
  const groups = await unlessRefused(getAll(client, "compute", "/os-server-groups", "server_groups", RawGroup));
  return groups?.map(({ id, name, policies, members: memberIds }) => ({ id, name, policies, memberIds })) ?? null;
}
