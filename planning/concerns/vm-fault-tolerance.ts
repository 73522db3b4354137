import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmFaultTolerance: FactRule = {
  id: "vm.fault-tolerance",
  category: "Warning",
  label: "Fault tolerance",
  why: "OpenStack has no second server that runs in step; and a VM with fault tolerance takes no snapshots.",
  checkFacts: (view) =>
    perFacts(view, ({ faultTolerance }) =>
      faultTolerance === true
        ? [
            "fault tolerance is on: switch it off before the wave; the server will not have it, so agree on what replaces it",
          ]
        : [],
    ),
};
