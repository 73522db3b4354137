import { z } from "zod";
import { getAll, getOne } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { CloudError } from "./cloud-error.ts";
import type { Flavor } from "./offer.ts";

const ExtraSpecs = z.record(z.string(), z.coerce.string());
const RawFlavor = z.object({
  id: z.string(),
  name: z.string(),
  vcpus: z.number(),
  ram: z.number(),
  disk: z.number(),
  "OS-FLV-EXT-DATA:ephemeral": z.number().default(0),
  // Empty text where there is none.
  swap: z.coerce.number().default(0),
  "OS-FLV-DISABLED:disabled": z.boolean().default(false),
  "os-flavor-access:is_public": z.boolean().default(true),
  extra_specs: ExtraSpecs.optional(),
});

/** From this version on the list carries extra specs (Nova, Rocky). */
const WITH_EXTRA_SPECS = { microversion: "compute 2.61" };

/**
 * The flavors that the project can use. Without `is_public` Nova lists the public ones and the private ones to which
 * the project has access, also for an administrator (nova/api/openstack/compute/flavors.py): those are also the ones
 * among which the provider looks up a flavor's name. Only administrators see disabled ones.
 */
export async function readFlavors(client: CloudClient): Promise<Flavor[]> {
  const raw = await list(client);
  return Promise.all(
    raw.map(async (flavor) => ({
      id: flavor.id,
      name: flavor.name,
      vcpus: flavor.vcpus,
      memoryMiB: flavor.ram,
      diskGiB: flavor.disk,
      ephemeralGiB: flavor["OS-FLV-EXT-DATA:ephemeral"],
      swapMiB: flavor.swap,
      disabled: flavor["OS-FLV-DISABLED:disabled"],
      isPublic: flavor["os-flavor-access:is_public"],
      extraSpecs: flavor.extra_specs ?? (await readExtraSpecs(client, flavor.id)),
    })),
  );
}

async function list(client: CloudClient): Promise<z.infer<typeof RawFlavor>[]> {
  try {
    return await getAll(client, "compute", "/flavors/detail", "flavors", RawFlavor, WITH_EXTRA_SPECS);
  } catch (error) {
    // 406: an older Nova does not know the version.
    if (!(error instanceof CloudError && error.status === 406)) throw error;
    return getAll(client, "compute", "/flavors/detail", "flavors", RawFlavor);
  }
}

async function readExtraSpecs(client: CloudClient, id: string): Promise<Record<string, string>> {
  const path = `/flavors/${encodeURIComponent(id)}/os-extra_specs`;
  return (await getOne(client, "compute", path, z.object({ extra_specs: ExtraSpecs }))).extra_specs;
}
