import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskRdm: FactRule = {
  id: "disk.rdm",
  category: "Critical",
  label: "Raw device mapping",
  why: "The file of a raw device mapping is a pointer; the data is on a LUN that a copy of the file does not hold.",
  checkFacts: (view) =>
    perFacts(view, (facts) =>
      facts.disks
        .filter(({ rdm }) => rdm !== "none")
        .map(
          ({ deviceKey, rdm }) => `disk ${deviceKey} is a ${rdm} RDM: turn it into a virtual disk at the source first`,
        ),
    ),
};
