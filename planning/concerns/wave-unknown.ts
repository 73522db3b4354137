import { shown } from "../../inventory/shown.ts";
import type { Rule } from "./rule.ts";

export const waveUnknown: Rule = {
  id: "wave.unknown",
  category: "Critical",
  label: "Wave is not in the plan",
  about: "wave",
  why: "Without the wave in the plan nobody has decided which VMs it holds.",
  check: ({ plan, wave }) => {
    if (Object.hasOwn(plan.waves, wave)) return [];
    const known = Object.keys(plan.waves).sort().join(", ") || "none";
    return [{ vm: null, assessment: `wave ${shown(wave)} is not in the plan; its waves: ${known}` }];
  },
};
