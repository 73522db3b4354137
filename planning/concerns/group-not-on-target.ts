import { own } from "../../inventory/own.ts";
import { perVm, type Rule } from "./rule.ts";

export const groupNotOnTarget: Rule = {
  id: "group.not-on-target",
  category: "Critical",
  label: "Group is not made on this target",
  why: "The estate's own stack makes security groups and server groups only on the targets that the plan lists.",
  check: (view) =>
    perVm(view, ({ choice, decisions: { serverGroup, target } }) => {
      const groups = new Set(choice.nics.flatMap(({ planned }) => planned?.securityGroups ?? []));
      const wrong = [...groups].filter((name) => !isOn(own(view.plan.securityGroups, name), target));
      return [
        ...wrong.map((name) => `security group ${name} of the plan is not on target ${target}: add it to its targets`),
        ...(serverGroup === undefined || isOn(own(view.plan.serverGroups, serverGroup), target)
          ? []
          : [`server group ${serverGroup} of the plan is not on target ${target}: add it to its targets`]),
      ];
    }),
};

function isOn(group: { readonly targets?: readonly string[] | undefined } | undefined, target: string): boolean {
  return group !== undefined && (group.targets === undefined || group.targets.includes(target));
}
