import type { NotTold } from "../../inventory/schema/estate.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

/** What has no rule of its own: nothing is lost by not knowing it, the stage that meets it stops. */
const meanings: Partial<Record<NotTold, string>> = {
  devices: "passthrough, SR-IOV and other devices that no server gets",
  encryption: "encryption of disks (an encrypted one is refused by its import)",
  exactSizes:
    "the size of disks but in whole MiB (where the real one differs, the import refuses the disk before it writes)",
};

export const sourceIncomplete: FactRule = {
  id: "source.incomplete",
  category: "Information",
  label: "The source cannot tell everything",
  why: "What a spreadsheet does not hold is found at the migration, not at preview.",
  checkFacts: (view) =>
    perFacts(view, ({ notTold }) => {
      const untold = notTold.flatMap((what) => meanings[what] ?? []);
      return untold.length === 0
        ? []
        : [`the source does not tell: ${untold.join("; ")}. Reading the VM from vCenter tells all of it`];
    }),
};
