import { type FactRule, perFacts } from "./fact-rule.ts";

export const nicUnknown: FactRule = {
  id: "nic.unknown",
  category: "Critical",
  label: "NICs are not all known",
  why: "The server gets a port for each NIC that is known: without the others it is not reached, or reaches nothing.",
  checkFacts: (view) =>
    perFacts(view, ({ notTold, nics }) =>
      notTold.includes("nics")
        ? [
            `the source tells of ${nics.length} NICs of the VM, and there are more or may be more: read it again with all ` +
              "its tabs, or from vCenter",
          ]
        : [],
    ),
};
