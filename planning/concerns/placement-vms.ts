import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const placementVms: FactRule = {
  id: "placement.vms",
  category: "Information",
  label: "Rule keeps VMs together or apart",
  why: "Rules of the source's scheduler do not move; a server group does the same in OpenStack.",
  checkFacts: (view) =>
    perFacts(view, ({ placementRules }) =>
      placementRules
        .filter(({ kind, enabled }) => enabled && (kind === "affinity" || kind === "antiAffinity"))
        .map(({ name, kind, others }) => {
          const [word, policy] = kind === "affinity" ? ["together with", "affinity"] : ["apart from", "anti-affinity"];
          const names = others.slice(0, 3).map((other) => shown(other, 40));
          const more = others.length > names.length ? `, and ${others.length - names.length} more` : "";
          return (
            `rule ${shown(name)} keeps the VM ${word} ${names.join(", ") || "others"}${more}: ` +
            `make a server group of policy ${policy} in the plan and name it as serverGroup of each`
          );
        }),
    ),
};
