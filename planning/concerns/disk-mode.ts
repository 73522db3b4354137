import type { EstateDisk } from "../../inventory/schema/estate.ts";
import type { FactRule } from "./fact-rule.ts";
import type { Finding } from "./rule.ts";

/** Modes with the category and what they mean here; `persistent` is the usual one. */
const modes: Partial<Record<EstateDisk["mode"], Pick<Finding, "assessment"> & { category: "Critical" | "Warning" }>> = {
  independent_persistent: { category: "Warning", assessment: "independent: no snapshot holds it" },
  independent_nonpersistent: {
    category: "Warning",
    assessment:
      "nonpersistent: what the guest wrote since it was switched on is not in the file; the server keeps writes",
  },
  nonpersistent: {
    category: "Warning",
    assessment:
      "nonpersistent: what the guest wrote since it was switched on is not in the file; the server keeps writes",
  },
  undoable: {
    category: "Critical",
    assessment: "undoable: its redo log is not in the file: commit or discard it first",
  },
  append: { category: "Critical", assessment: "append: its redo log is not in the file: commit or discard it first" },
};

export const diskMode: FactRule = {
  id: "disk.mode",
  category: "Warning",
  label: "Disk mode",
  why: "Disks that are not plainly persistent may hold another state than the guest sees, or are in no snapshot.",
  checkFacts: ({ vms }) =>
    vms.flatMap(({ key, disks }) =>
      disks.flatMap(({ deviceKey, mode }): Finding[] => {
        const found = modes[mode];
        return found === undefined
          ? []
          : [{ vm: key, category: found.category, assessment: `disk ${deviceKey} is ${found.assessment}` }];
      }),
    ),
};
