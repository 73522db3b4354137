import { listed } from "./by-subject.ts";
import { declaredVms } from "./planned-ports.ts";
import { perVm, type Rule } from "./rule.ts";

export const diskOwnerMissing: Rule = {
  id: "disk.owner-missing",
  category: "Critical",
  label: "Cluster disk whose other owners are not in the wave",
  why: "The members of a cluster that stay behind go on writing the source's disk while the copy is taken: both sides then hold a different half.",
  check: (view) => {
    const here = new Set(declaredVms(view).map(({ key }) => key));
    return perVm(view, ({ facts }) =>
      facts.disks.flatMap(({ deviceKey, sharedWith }) => {
        const missing = sharedWith.filter((key) => key !== facts.key && !here.has(key)).sort();
        return missing.length === 0
          ? []
          : [
              `disk ${deviceKey} also belongs to ${listed(missing)}, not in this wave (or left out, rolled back or not ` +
                "planned): put all owners into one wave",
            ];
      }),
    );
  },
};
