import { z } from "zod";
import { getAll } from "./answer.ts";
import type { CloudClient } from "./client.ts";

const Volume = z.object({
  id: z.string(),
  name: z.string().nullish(),
  volume_image_metadata: z.record(z.string(), z.unknown()).nullish(),
  attachments: z.array(z.object({ server_id: z.string().nullish() })).default([]),
});
// Nova gives an empty text for a server that boots from a volume.
const Server = z.object({
  id: z.string(),
  name: z.string(),
  image: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
});

/** Something that was made from an image. */
export interface ImageUser {
  readonly id: string;
  /** For people. */
  readonly what: string;
}

/** The volumes and servers that were made from an image: those of all projects where the client may see them. */
export async function readImageUsers(client: CloudClient, imageId: string): Promise<ImageUser[]> {
  const everywhere = client.roles.includes("admin") ? "all_tenants=1" : "";
  const [volumes, servers] = await Promise.all([
    getAll(client, "block-storage", `/volumes/detail?${everywhere}`, "volumes", Volume),
    getAll(client, "compute", `/servers/detail?${everywhere}`, "servers", Server),
  ]);
  return [
    ...volumes
      .filter(({ volume_image_metadata: image }) => image?.["image_id"] === imageId)
      .map(({ id, name, attachments }) => {
        const holders = attachments.flatMap(({ server_id: server }) => server ?? []);
        const of = holders.length === 0 ? "" : ` of server ${holders.join(", ")}`;
        return { id, what: `volume ${name ?? ""} (${id})${of}` };
      }),
    ...servers
      .filter(({ image }) => typeof image === "object" && image?.id === imageId)
      .map(({ id, name }) => ({ id, what: `server ${name} (${id})` })),
  ];
}
