import { connect } from "../cloud/client.ts";
import { readCloudEntry } from "../cloud/clouds-yaml.ts";
import { readGroupQuota } from "../cloud/read-group-quota.ts";
import { own } from "../inventory/own.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import { groupDemand, type GroupQuota, groupQuotaFaults } from "../planning/group-demand.ts";
import type { EstateOutputs } from "./estate-review.ts";

/**
 * Quotas that the new groups of an edited plan would exceed, one text each. Only clouds that get a new group are asked.
 * Groups that a killed run has made count as new: its outputs do not name them. So this warns, and stops nothing.
 * @param before outputs of the estate's own stack, as its last run left them
 * @throws {CloudError} when a cloud does not let us in
 */
export async function estateQuotaFaults(
  plan: Plan,
  before: EstateOutputs,
  read: (cloud: string) => Promise<GroupQuota> = readCloud,
): Promise<string[]> {
  const growing = Object.entries(plan.targets)
    .map(([target, { cloud }]) => {
      const recorded = {
        securityGroups: own(before.securityGroups, target) ?? {},
        serverGroups: own(before.serverGroups, target) ?? {},
      };
      return { target, cloud, demand: groupDemand(target, recorded, plan) };
    })
    .filter(({ demand }) => demand.securityGroups + demand.serverGroups > 0);
  return groupQuotaFaults(await Promise.all(growing.map(async (one) => ({ ...one, quota: await read(one.cloud) }))));
}

async function readCloud(cloud: string): Promise<GroupQuota> {
  const client = await connect(readCloudEntry(cloud));
  try {
    return await readGroupQuota(client);
  } finally {
    await client.close();
  }
}
