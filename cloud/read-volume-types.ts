import { z } from "zod";
import { getAll } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import type { VolumeType } from "./offer.ts";

const RawType = z.object({
  id: z.string(),
  name: z.string(),
  is_public: z.boolean().default(true),
  extra_specs: z.record(z.string(), z.string().nullable()).optional(),
});

/**
 * Volume types of the project: as with flavors, no `is_public` means the public ones and those it has access to.
 * Members see some extra specs since Xena (multiattach, zones, replication), and none before; administrators see all.
 */
export async function readVolumeTypes(client: CloudClient): Promise<VolumeType[]> {
  const types = await getAll(client, "block-storage", "/types", "volume_types", RawType);
  return types.map(({ id, name, is_public: isPublic, extra_specs: specs }) => ({
    id,
    name,
    isPublic,
    multiattach: specs === undefined ? null : /^<is>\s*true$/i.test(specs["multiattach"] ?? ""),
    zones: listOf(specs?.["RESKEY:availability_zones"]),
    backend: specs?.["volume_backend_name"] ?? null,
  }));
}

/** "az1,az2" as a list; null where nothing stands there. */
function listOf(text: string | null | undefined): string[] | null {
  const names = (text ?? "").split(",").map((name) => name.trim());
  const given = names.filter((name) => name !== "");
  return given.length === 0 ? null : given;
}
