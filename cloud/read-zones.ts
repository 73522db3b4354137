import { z } from "zod";
import { getOne } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import type { CloudOffer } from "./offer.ts";
import { unlessRefused } from "./optional.ts";

const Zone = z.object({ zoneName: z.string(), zoneState: z.object({ available: z.boolean() }) });
const Zones = z.object({ availabilityZoneInfo: z.array(Zone) });
const Service = z.object({ active: z.boolean(), available: z.boolean() });
const DetailedZones = z.object({
  availabilityZoneInfo: z.array(
    Zone.extend({ hosts: z.record(z.string(), z.record(z.string(), Service)).nullable().default(null) }),
  ),
});
const PATH = "/os-availability-zone";

/** Zones of servers that are up; with the number of hosts that run, where the credentials are an administrator's. */
export async function readComputeZones(
  client: CloudClient,
  isAdmin: boolean,
): Promise<Pick<CloudOffer, "availabilityZones" | "zoneHosts">> {
  const detailed = isAdmin ? await unlessRefused(getOne(client, "compute", `${PATH}/detail`, DetailedZones)) : null;
  if (detailed === null)
    return { availabilityZones: namesOf(await getOne(client, "compute", PATH, Zones)), zoneHosts: null };
  // A zone of services that run no servers ("internal") is none to put a server in.
  const zones = detailed.availabilityZoneInfo.filter(({ hosts }) =>
    Object.values(hosts ?? {}).some((services) => services["nova-compute"] !== undefined),
  );
  const counted = zones.map(
    ({ zoneName, hosts }) => [zoneName, Object.values(hosts ?? {}).filter(runsServers).length] as const,
  );
  return {
    availabilityZones: namesOf({ availabilityZoneInfo: zones }),
    zoneHosts: Object.fromEntries(counted),
  };
}

/** Zones of volumes that are up; null where Cinder does not tell. */
export async function readVolumeZones(client: CloudClient): Promise<string[] | null> {
  const zones = await unlessRefused(getOne(client, "block-storage", PATH, Zones));
  return zones === null ? null : namesOf(zones);
}

function runsServers(services: Readonly<Record<string, z.infer<typeof Service>>>): boolean {
  const compute = services["nova-compute"];
  return compute?.active === true && compute.available;
}

function namesOf({ availabilityZoneInfo }: z.infer<typeof Zones>): string[] {
  return availabilityZoneInfo.filter(({ zoneState }) => zoneState.available).map(({ zoneName }) => zoneName);
}
