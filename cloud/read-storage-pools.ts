import { z } from "zod";
import { getOne } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { unlessRefused } from "./optional.ts";
import type { StoragePool } from "./storage-pool.ts";

/** A size; drivers also say "unknown" and "infinite", and some send numbers as text. */
const Size = z
  .unknown()
  .optional()
  .transform((value) => {
    const number = typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : NaN;
    return Number.isFinite(number) ? number : null;
  });
const Pools = z.object({
  pools: z.array(
    z.object({
      name: z.string(),
      capabilities: z.object({
        volume_backend_name: z.string().nullish(),
        location_info: z.string().nullish(),
        total_capacity_gb: Size,
        free_capacity_gb: Size,
        provisioned_capacity_gb: Size,
        max_over_subscription_ratio: Size,
        thin_provisioning_support: z.unknown().optional(),
      }),
    }),
  ),
});

/**
 * The pools behind the volume types, in one call whatever their number; null where Cinder does not show them: its policy
 * scheduler_stats:get_pools allows administrators only.
 */
export async function readStoragePools(client: CloudClient): Promise<StoragePool[] | null> {
  const answer = await unlessRefused(getOne(client, "block-storage", "/scheduler-stats/get_pools?detail=True", Pools));
  return (
    answer?.pools.map(({ name, capabilities }) => ({
      name,
      place: placeOf(capabilities.location_info ?? "") ?? name,
      backend: capabilities.volume_backend_name ?? null,
      totalGiB: capabilities.total_capacity_gb,
      freeGiB: capabilities.free_capacity_gb,
      provisionedGiB: capabilities.provisioned_capacity_gb,
      overSubscription: isTrue(capabilities.thin_provisioning_support)
        ? capabilities.max_over_subscription_ratio
        : null,
    })) ?? null
  );
}

/** "ceph:CONF:FSID:USER:POOL" (cinder/volume/drivers/rbd.py) as "FSID POOL". */
function placeOf(location: string): string | null {
  const [kind, , cluster, , pool] = location.split(":");
  return kind === "ceph" && cluster !== undefined && pool !== undefined ? `${cluster} ${pool}` : null;
}

const isTrue = (value: unknown): boolean => value === true || value === "True" || value === "true";
