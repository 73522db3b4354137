import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const ovfProperties: FactRule = {
  id: "ovf.properties",
  category: "Warning",
  label: "Appliance reads OVF properties",
  why: "Such an appliance takes its settings from VMware at each start; OpenStack has no such channel.",
  checkFacts: (view) =>
    perFacts(view, ({ ovfProperties: properties }) => {
      const keys = Object.keys(properties);
      return keys.length === 0
        ? []
        : [
            `${keys.length} OVF properties (${shown(keys.sort().join(", "), 100)}): see whether the appliance needs them at ` +
              "each start, and how it takes them elsewhere (config drive, its own settings)",
          ];
    }),
};
