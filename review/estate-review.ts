import { z } from "zod";
import { readCloudEntry } from "../cloud/clouds-yaml.ts";
import { connect } from "../cloud/client.ts";
import type { GroupFacts } from "../cloud/group-facts.ts";
import { readGroupFacts } from "../cloud/read-group-facts.ts";
import { own } from "../inventory/own.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import { groupChanges } from "../planning/estate-changes.ts";
import { onTheirWay, refusalOf, usesOf, type GroupIds } from "../planning/group-users.ts";

const IdsByTarget = z.record(z.string(), z.record(z.string(), z.string())).catch({});

/** Outputs of the estate's own stack, as its last run left them; a stack without outputs has no groups. */
export const EstateOutputs = z.object({ securityGroups: IdsByTarget, serverGroups: IdsByTarget });
export type EstateOutputs = z.infer<typeof EstateOutputs>;

/** What preview and `up` of the estate say of an edited plan. */
export interface EstateReview {
  /** Not empty: what is in use would go. */
  readonly stopped: readonly string[];
  /** What goes or is made anew, and nobody uses it. */
  readonly notes: readonly string[];
}

/** Reads a cloud by its name in clouds.yaml; given in tests. */
type ReadFacts = (cloud: string, serverGroupIds: readonly string[]) => Promise<GroupFacts>;

/**
 * Judges what an edited plan takes away from the groups that there are. The guards (components/group-guard.ts) refuse
 * the same in the middle of `up`; here the reviewer sees it.
 * @throws {CloudError} when a cloud with such groups does not answer
 */
export async function reviewEstate(
  plan: Plan,
  before: EstateOutputs,
  readFacts: ReadFacts = readCloud,
): Promise<EstateReview> {
  const stopped: string[] = [];
  const notes: string[] = [];
  for (const target of targetsOf(before)) {
    const recorded = groupsOn(before, target);
    const cloud = own(plan.targets, target)?.cloud;
    if (cloud === undefined) {
      notes.push(`Target ${target} is no longer in the plan: its groups go, unless anybody uses them.`);
      continue;
    }
    // Most runs change nothing: they need no cloud, unless Nova must be asked for the policies of server groups.
    const dropped = groupChanges(target, recorded, NOTHING, plan);
    if (dropped.reasons.length === 0 && Object.keys(recorded.serverGroups).length === 0) continue;
    const facts = await readFacts(cloud, Object.values(recorded.serverGroups));
    const { ids, reasons } = groupChanges(target, recorded, facts, plan);
    const uses = usesOf(facts, ids);
    if (uses.length === 0) notes.push(...reasons.map((reason) => `${reason}. Nobody uses it.`));
    else stopped.push([...reasons, refusalOf(target, uses)].join("\n"));
  }
  return { stopped, notes };
}

/**
 * Why the estate's stack cannot be destroyed, one text a target; empty when nobody needs it.
 * @param stack project/stack of the estate
 * @throws {CloudError} when a cloud does not answer
 */
export async function destroyRefusals(
  plan: Plan,
  before: EstateOutputs,
  stack: string,
  readFacts: ReadFacts = readCloud,
): Promise<string[]> {
  const refusals: string[] = [];
  for (const target of targetsOf(before)) {
    const cloud = own(plan.targets, target)?.cloud;
    if (cloud === undefined) continue;
    const ids = groupsOn(before, target);
    const facts = await readFacts(cloud, Object.values(ids.serverGroups));
    refusals.push(refusalOf(target, [...usesOf(facts, ids), ...onTheirWay(facts, stack)]));
  }
  return refusals.filter((text) => text !== "");
}

const NOTHING: GroupFacts = { ports: [], servers: [], serverGroups: [], volumes: [] };

const targetsOf = (outputs: EstateOutputs): string[] =>
  [...new Set([...Object.keys(outputs.securityGroups), ...Object.keys(outputs.serverGroups)])].sort();

const groupsOn = (outputs: EstateOutputs, target: string): GroupIds => ({
  securityGroups: own(outputs.securityGroups, target) ?? {},
  serverGroups: own(outputs.serverGroups, target) ?? {},
});

async function readCloud(cloud: string, serverGroupIds: readonly string[]): Promise<GroupFacts> {
  const client = await connect(readCloudEntry(cloud));
  try {
    return await readGroupFacts(client, serverGroupIds);
  } finally {
    await client.close();
  }
}
