import type { Finding, Rule } from "./rule.ts";
import { shown } from "../../inventory/shown.ts";

export const sourceGone: Rule = {
  id: "source.gone",
  category: "Critical",
  label: "The source does not know the VM any more",
  why: "It was deleted, or taken out of the vCenter's inventory: there is nothing to copy from, or it runs elsewhere.",
  check: ({ checked, live }) =>
    checked.flatMap(({ key, facts: { source } }): Finding[] => {
      if (live.vms.get(key) !== null) return [];
      const where = shown(source.server ?? "its source");
      const assessment = `${where} has no VM with the id ${shown(source.id)}: take it out of the wave, or read the inventory again`;
      return [{ vm: key, assessment }];
    }),
};
