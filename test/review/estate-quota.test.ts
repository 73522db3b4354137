import assert from "node:assert/strict";
import { connect } from "../../cloud/client.ts";
import { readGroupQuota } from "../../cloud/read-group-quota.ts";
import { Plan } from "../../inventory/schema/plan.ts";
import type { GroupQuota } from "../../planning/group-demand.ts";
import { estateQuotaFaults } from "../../review/estate-quota.ts";
import { EstateOutputs } from "../../review/estate-review.ts";
import { PROJECT, startFakeCloud } from "../cloud/fake-cloud.ts";

const rule = { direction: "ingress", protocol: "tcp", ports: 22 };
const before = EstateOutputs.parse({ securityGroups: { lab: { web: "sg-web" } }, serverGroups: {} });
const plan = (more: object = {}) =>
  Plan.parse({
    version: 1,
    targets: { lab: { cloud: "lab" }, other: { cloud: "other" } },
    waves: {},
    securityGroups: { web: { targets: ["lab"], rules: [rule] }, ...more },
  });
const free = (left: number | null) => ({ limit: left === null ? null : left + 5, used: 5 });
const quota = (place: string, groups: number | null, rules: number | null = null): GroupQuota => ({
  place,
  securityGroups: free(groups),
  securityGroupRules: free(rules),
  serverGroups: free(0),
});

async function faults(edited: Plan, quotas: Record<string, GroupQuota>) {
  const asked: string[] = [];
  const texts = await estateQuotaFaults(edited, before, (cloud) => {
    asked.push(cloud);
    const found = quotas[cloud];
    return found === undefined ? Promise.reject(new Error(cloud)) : Promise.resolve(found);
  });
  return { texts, asked };
}

describe("quotas of what waves share", () => {
  const both = { db: { rules: [rule, rule] } };

  it("are counted per project, for its targets together", async () => {
    const one = { lab: quota("p1", 1), other: quota("p1", 1) };
    assert.deepEqual((await faults(plan(both), one)).texts, [
      "target lab, other: 2 more security groups needed, 1 of 6 left: have the quota raised.",
    ]);
    const two = { lab: quota("p1", 1), other: quota("p2", 1) };
    assert.deepEqual((await faults(plan(both), two)).texts, []);
    assert.deepEqual((await faults(plan(both), { lab: quota("p1", 2), other: quota("p1", 2) })).texts, []);
  });

  it("count the rules of new groups with the two that Neutron gives each", async () => {
    const edited = plan({ db: { targets: ["lab"], rules: [rule, rule] } });
    assert.match(
      (await faults(edited, { lab: quota("p1", 9, 3) })).texts.join(),
      /4 more security group rules needed, 3/,
    );
    assert.deepEqual((await faults(edited, { lab: quota("p1", 9, 4) })).texts, []);
  });

  it("ask only clouds that get a new group", async () => {
    assert.deepEqual(await faults(plan(), {}), { texts: [], asked: [] });
  });

  it("are read from the cloud with what is reserved, and are unknown where it does not tell", async () => {
    const cloud = await startFakeCloud();
    try {
      const item = (limit: number) => ({ limit, used: 3, reserved: 1 });
      const details = { security_group: item(10), security_group_rule: item(-1) };
      cloud.answer = ({ path }) =>
        path.endsWith(`/quotas/${PROJECT}/details`) ? { body: { quota: details } } : { status: 403 };
      const client = await connect(cloud.entry);
      assert.deepEqual(await readGroupQuota(client), {
        place: JSON.stringify(["RegionOne", PROJECT]),
        securityGroups: { limit: 10, used: 4 },
        securityGroupRules: { limit: null, used: 4 },
        serverGroups: null,
      });
      await client.close();
    } finally {
      await cloud.close();
    }
  });
});
