import { own } from "../inventory/own.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import type { QuotaItem } from "../cloud/offer.ts";
import type { GroupIds } from "./group-users.ts";

/** Limits and use of what the estate's own stack makes in a project; null where the cloud does not tell. */
export interface GroupQuota {
  /** Region and project: two targets may be one. */
  readonly place: string;
  readonly securityGroups: QuotaItem | null;
  readonly securityGroupRules: QuotaItem | null;
  readonly serverGroups: QuotaItem | null;
}

/** What a run would add to a target. */
export interface GroupDemand {
  readonly securityGroups: number;
  /** Of new groups alone: which rules the others have is not looked at. */
  readonly securityGroupRules: number;
  readonly serverGroups: number;
}

/** The groups of the plan that a target does not have yet, by the outputs of the estate's own stack. */
export function groupDemand(target: string, recorded: GroupIds, plan: Plan): GroupDemand {
  const isOn = ({ targets }: { readonly targets?: readonly string[] | undefined }): boolean =>
    targets?.includes(target) ?? true;
  const groups = Object.entries(plan.securityGroups)
    .filter(([name, group]) => isOn(group) && own(recorded.securityGroups, name) === undefined)
    .map(([, group]) => group);
  return {
    securityGroups: groups.length,
    // Neutron gives each new group two rules that let everything out, also where they are then removed.
    securityGroupRules: groups.reduce((sum, { rules }) => sum + rules.length + 2, 0),
    serverGroups: Object.entries(plan.serverGroups).filter(
      ([name, group]) => isOn(group) && own(recorded.serverGroups, name) === undefined,
    ).length,
  };
}

/** Quotas that the new groups of all targets would exceed, one text each; what is not told is not judged. */
export function groupQuotaFaults(
  demands: readonly { readonly target: string; readonly demand: GroupDemand; readonly quota: GroupQuota }[],
): string[] {
  const places = [...new Set(demands.map(({ quota }) => quota.place))];
  return places.flatMap((place) => {
    const here = demands.filter(({ quota }) => quota.place === place);
    const targets = here.map(({ target }) => target).join(", ");
    const kinds = [
      ["securityGroups", "security groups"],
      ["securityGroupRules", "security group rules"],
      ["serverGroups", "server groups"],
    ] as const;
    return kinds.flatMap(([kind, noun]) => {
      const needed = here.reduce((sum, { demand }) => sum + demand[kind], 0);
      const item = here[0]?.quota[kind] ?? null;
      const left = item === null || item.limit === null ? Infinity : Math.max(0, item.limit - item.used);
      return needed > left
        ? [
            `target ${targets}: ${needed} more ${noun} needed, ${left} of ${item?.limit ?? 0} left: have the quota raised.`,
          ]
        : [];
    });
  });
}
