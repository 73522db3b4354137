import { z } from "zod";
import type { GroupQuota } from "../planning/group-demand.ts";
import { getOne } from "./answer.ts";
import type { CloudClient } from "./client.ts";
import type { QuotaItem } from "./offer.ts";
import { unlessRefused } from "./optional.ts";

const Item = z.object({ limit: z.number(), used: z.number(), reserved: z.number().default(0) });
const Details = z.object({ quota: z.object({ security_group: Item, security_group_rule: Item }) });
const Limits = z.object({
  limits: z.object({ absolute: z.object({ maxServerGroups: z.number(), totalServerGroupsUsed: z.number() }) }),
});

/** Quotas of security groups, their rules and server groups; what the cloud does not tell is null. */
export async function readGroupQuota(client: CloudClient): Promise<GroupQuota> {
  const path = `/quotas/${encodeURIComponent(client.projectId)}/details`;
  const [details, limits] = await Promise.all([
    unlessRefused(getOne(client, "network", path, Details)),
    unlessRefused(getOne(client, "compute", "/limits", Limits)),
  ]);
  const absolute = limits?.limits.absolute;
  return {
    place: JSON.stringify([client.region, client.projectId]),
    securityGroups: details === null ? null : itemOf(details.quota.security_group),
    securityGroupRules: details === null ? null : itemOf(details.quota.security_group_rule),
    serverGroups:
      absolute === undefined
        ? null
        : itemOf({ limit: absolute.maxServerGroups, used: absolute.totalServerGroupsUsed, reserved: 0 }),
  };
}

/** A quota of -1 is no limit; what is reserved is being made right now. */
function itemOf({ limit, used, reserved }: z.infer<typeof Item>): QuotaItem {
  return { limit: limit < 0 ? null : limit, used: used + reserved };
}
