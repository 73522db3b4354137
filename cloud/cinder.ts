import { z } from "zod";
import { getOrNull } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { CloudError } from "./cloud-error.ts";

/** A volume as Cinder has it now. */
export interface CinderVolume {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly bootable: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  /** The volume's image metadata: what Nova reads when it boots from the volume. */
  readonly imageProperties: Readonly<Record<string, string>>;
  readonly attachedServerIds: readonly string[];
}

const VolumeBody = z.object({
  volume: z.object({
    id: z.string(),
    name: z.string().nullish(),
    status: z.string(),
    size: z.number(),
    volume_type: z.string().nullish(),
    // Cinder says "true" and "false" in words.
    bootable: z.union([z.boolean(), z.string().transform((text) => text.toLowerCase() === "true")]),
    metadata: z.record(z.string(), z.string()).nullish(),
    volume_image_metadata: z.record(z.string(), z.coerce.string()).nullish(),
    attachments: z.array(z.object({ server_id: z.string().nullish() })).default([]),
  }),
});

/** The volume, or null when there is none of this id in the project. */
export async function getVolume(client: CloudClient, id: string): Promise<CinderVolume | null> {
  const body = await getOrNull(client, "block-storage", `/volumes/${encodeURIComponent(id)}`, VolumeBody);
  if (body === null) return null;
  const { volume } = body;
  return {
    id: volume.id,
    name: volume.name ?? "",
    status: volume.status,
    sizeGiB: volume.size,
    volumeType: volume.volume_type ?? "",
    bootable: volume.bootable,
    metadata: volume.metadata ?? {},
    imageProperties: volume.volume_image_metadata ?? {},
    attachedServerIds: volume.attachments.flatMap(({ server_id: server }) => (server == null ? [] : [server])),
  };
}

/** Marks a volume as bootable; Nova refuses to boot from one that is not. May be repeated. */
export async function setBootable(client: CloudClient, id: string): Promise<void> {
  await action(client, id, { "os-set_bootable": { bootable: true } });
}

/**
 * Gives a volume exactly these image properties: others that it has are removed. May be repeated. Cinder has been seen
 * to time out and yet do it, and the other way round: read it back with {@link getVolume}.
 */
export async function setImageProperties(
  client: CloudClient,
  id: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const present = (await getVolume(client, id))?.imageProperties ?? {};
  for (const key of Object.keys(present).filter((name) => !Object.hasOwn(properties, name))) {
    try {
      await action(client, id, { "os-unset_image_metadata": { key } });
    } catch (error) {
      // Gone already: an earlier try did it although its answer was lost.
      if (!(error instanceof CloudError && error.status === 404)) throw error;
    }
  }
  if (Object.keys(properties).length > 0) {
    await action(client, id, { "os-set_image_metadata": { metadata: properties } });
  }
}

async function action(client: CloudClient, id: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  const path = `/volumes/${encodeURIComponent(id)}/action`;
  await client.request("block-storage", "POST", path, body, { idempotent: true });
}
