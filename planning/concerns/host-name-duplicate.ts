import { compareText } from "../../inventory/order.ts";
import { shown } from "../../inventory/shown.ts";
import type { FactRule } from "./fact-rule.ts";

export const hostNameDuplicate: FactRule = {
  id: "host-name.duplicate",
  category: "Information",
  label: "Several VMs call themselves the same",
  why: "Clones with one host name fight for names in DNS and in directories; often one of them is an old copy.",
  checkFacts: ({ vms }) => {
    const owners = new Map<string, string[]>();
    for (const { key, hostName, template } of vms) {
      const name = (hostName ?? "").toLowerCase();
      if (template || name === "" || /^localhost(\.|$)/.test(name)) continue;
      owners.set(name, [...(owners.get(name) ?? []), key]);
    }
    return [...owners].flatMap(([name, keys]) => {
      if (keys.length < 2) return [];
      const sorted = keys.sort(compareText);
      return sorted.map((key) => {
        // Four of thousands of clones are enough to name three others.
        const others = sorted
          .slice(0, 4)
          .filter((other) => other !== key)
          .slice(0, 3);
        const more = sorted.length - 1 > others.length ? `, and ${sorted.length - 1 - others.length} more` : "";
        const assessment = `${shown(name)} is also the host name of ${others.join(", ")}${more}: see which one is meant`;
        return { vm: key, assessment };
      });
    });
  },
};
