import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskUnknown: FactRule = {
  id: "disk.unknown",
  category: "Critical",
  label: "Disks are not all known",
  why: "A disk that is not known is not migrated, and nothing would say so.",
  checkFacts: (view) =>
    perFacts(view, ({ notTold, disks }) =>
      notTold.includes("disks")
        ? [
            `the source tells of ${disks.length} disks of the VM, and there are more or may be more: read it again with all ` +
              "its tabs, or from vCenter",
          ]
        : [],
    ),
};
