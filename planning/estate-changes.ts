import type { GroupFacts } from "../cloud/group-facts.ts";
import { own } from "../inventory/own.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import type { GroupIds } from "./group-users.ts";

/** Groups of a target that an edited plan takes away or makes anew, with the ids that they have now. */
export interface GroupChanges {
  readonly ids: GroupIds;
  /** One line a group: what happens to it and why. */
  readonly reasons: readonly string[];
}

/**
 * What an edited plan does to the groups that a target has. Of a security group nothing but its name makes it a new one
 * (components/estate-groups.ts); a server group is also made anew for another policy, which Nova cannot change.
 */
export function groupChanges(target: string, recorded: GroupIds, facts: GroupFacts, plan: Plan): GroupChanges {
  const securityGroups = Object.entries(recorded.securityGroups).filter(
    ([name]) => !isOn(own(plan.securityGroups, name), target),
  );
  const serverGroups = Object.entries(recorded.serverGroups).flatMap(([name, id]) => {
    const wanted = own(plan.serverGroups, name);
    if (wanted === undefined || !isOn(wanted, target)) return [{ name, id, why: "no longer in the plan for it" }];
    const policies = facts.serverGroups.find((group) => group.id === id)?.policies ?? [wanted.policy];
    if (policies.includes(wanted.policy)) return [];
    return [{ name, id, why: `policy ${policies.join(", ")} -> ${wanted.policy}: it would be made anew` }];
  });
  return {
    ids: {
      securityGroups: Object.fromEntries(securityGroups),
      serverGroups: Object.fromEntries(serverGroups.map(({ name, id }) => [name, id])),
    },
    reasons: [
      ...securityGroups.map(([name]) => `security group ${name} of target ${target}: no longer in the plan for it`),
      ...serverGroups.map(({ name, why }) => `server group ${name} of target ${target}: ${why}`),
    ],
  };
}

const isOn = (group: { readonly targets?: readonly string[] | undefined } | undefined, target: string): boolean =>
  group !== undefined && (group.targets?.includes(target) ?? true);
