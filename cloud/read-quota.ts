import { z } from "zod";
import { getAll, getOne } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import { CloudError } from "./cloud-error.ts";
import type { Quota, QuotaItem } from "./offer.ts";

const NovaLimits = z.object({
  limits: z.object({
    absolute: z.object({
      maxTotalInstances: z.number(),
      totalInstancesUsed: z.number(),
      maxTotalCores: z.number(),
      totalCoresUsed: z.number(),
      maxTotalRAMSize: z.number(),
      totalRAMUsed: z.number(),
      maxServerGroupMembers: z.number().default(-1),
      maxServerMeta: z.number().default(-1),
    }),
  }),
});
const CinderItem = z.object({ limit: z.number(), in_use: z.number(), reserved: z.number().default(0) });
/** Beside these stand volumes_TYPE and gigabytes_TYPE, and the project's id. */
const CinderQuota = z.object({
  quota_set: z.looseObject({
    volumes: CinderItem,
    gigabytes: CinderItem,
    per_volume_gigabytes: z.object({ limit: z.number() }).optional(),
  }),
});
const CinderLimits = z.object({
  limits: z.object({
    absolute: z.object({
      maxTotalVolumes: z.number(),
      totalVolumesUsed: z.number(),
      maxTotalVolumeGigabytes: z.number(),
      totalGigabytesUsed: z.number(),
    }),
  }),
});
const NeutronDetails = z.object({
  quota: z.object({ port: z.object({ limit: z.number(), used: z.number(), reserved: z.number().default(0) }) }),
});
const NeutronQuota = z.object({ quota: z.object({ port: z.number() }) });

/** A quota of -1 is no limit. */
const item = (limit: number, used: number): QuotaItem => ({ limit: limitOf(limit), used });
const limitOf = (limit: number): number | null => (limit < 0 ? null : limit);

/** Limits and use of the project; what is reserved (being created right now) counts as used. */
export async function readQuota(client: CloudClient): Promise<Quota> {
  const [compute, storage, ports] = await Promise.all([
    readCompute(client),
    readStorage(client),
    readPortQuota(client),
  ]);
  return { ...compute, ...storage, ports };
}

type ComputeQuota = Pick<Quota, "instances" | "cores" | "ramMiB" | "serverGroupMembers" | "metadataItems">;
type StorageQuota = Pick<Quota, "volumes" | "gigabytes" | "perVolumeGiB" | "typesKnown" | "perVolumeType">;

/** Nova counts servers from their birth on: nothing is reserved there (nova/quota.py since Pike). */
async function readCompute(client: CloudClient): Promise<ComputeQuota> {
  const { absolute } = (await getOne(client, "compute", "/limits", NovaLimits)).limits;
  return {
    instances: item(absolute.maxTotalInstances, absolute.totalInstancesUsed),
    cores: item(absolute.maxTotalCores, absolute.totalCoresUsed),
    ramMiB: item(absolute.maxTotalRAMSize, absolute.totalRAMUsed),
    serverGroupMembers: limitOf(absolute.maxServerGroupMembers),
    metadataItems: limitOf(absolute.maxServerMeta),
  };
}

async function readStorage(client: CloudClient): Promise<StorageQuota> {
  const path = `/os-quota-sets/${encodeURIComponent(client.projectId)}?usage=true`;
  let set: z.infer<typeof CinderQuota>["quota_set"];
  try {
    set = (await getOne(client, "block-storage", path, CinderQuota)).quota_set;
  } catch (error) {
    // Some clouds show their members no quota sets; the limits then tell the totals, but nothing of the types.
    if (!(error instanceof CloudError && error.status === 403)) throw error;
    const { absolute } = (await getOne(client, "block-storage", "/limits", CinderLimits)).limits;
    return {
      volumes: item(absolute.maxTotalVolumes, absolute.totalVolumesUsed),
      gigabytes: item(absolute.maxTotalVolumeGigabytes, absolute.totalGigabytesUsed),
      perVolumeGiB: null,
      typesKnown: false,
      perVolumeType: {},
    };
  }
  const read = (value: unknown): QuotaItem => {
    const {
      limit,
      in_use: inUse,
      reserved,
    } = CinderItem.safeParse(value).data ?? { limit: -1, in_use: 0, reserved: 0 };
    return item(limit, inUse + reserved);
  };
  const types = Object.keys(set).flatMap((name) => /^gigabytes_(.+)$/.exec(name)?.[1] ?? []);
  return {
    volumes: read(set.volumes),
    gigabytes: read(set.gigabytes),
    perVolumeGiB: limitOf(set.per_volume_gigabytes?.limit ?? -1),
    typesKnown: true,
    perVolumeType: Object.fromEntries(
      types.map((type) => [type, { volumes: read(set[`volumes_${type}`]), gigabytes: read(set[`gigabytes_${type}`]) }]),
    ),
  };
}

async function readPortQuota(client: CloudClient): Promise<QuotaItem> {
  const path = `/quotas/${encodeURIComponent(client.projectId)}`;
  try {
    const { port } = (await getOne(client, "network", `${path}/details`, NeutronDetails)).quota;
    return item(port.limit, port.used + port.reserved);
  } catch (error) {
    // Without the extension quota_details Neutron tells only the limit; the ports are counted.
    if (!(error instanceof CloudError && error.status === 404)) throw error;
    const own = `/ports?project_id=${encodeURIComponent(client.projectId)}&fields=id&limit=1000`;
    const [quota, ports] = await Promise.all([
      getOne(client, "network", path, NeutronQuota),
      getAll(client, "network", own, "ports", z.object({ id: z.string() })),
    ]);
    return item(quota.quota.port, ports.length);
  }
}
