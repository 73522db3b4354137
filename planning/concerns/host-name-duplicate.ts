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
    return [...owners].flatMap(([name, keys]) =>
      keys.length < 2
        ? []
        : keys.map((key) => {
            const others = keys.filter((other) => other !== key);
            const more = others.length > 3 ? `, and ${others.length - 3} more` : "";
            return {
              vm: key,
              assessment: `${shown(name)} is also the host name of ${others.slice(0, 3).join(", ")}${more}: see which one is meant`,
            };
          }),
    );
  },
};
