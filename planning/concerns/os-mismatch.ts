import { shown } from "../../inventory/shown.ts";
import { guestOs } from "../guest-os.ts";
import { guestFamily } from "../windows-release.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const osMismatch: FactRule = {
  id: "os.mismatch",
  category: "Warning",
  label: "Another system runs than is configured",
  why: "The server's devices are chosen by the configured system; the one that runs may not have their drivers.",
  checkFacts: (view) =>
    perFacts(view, ({ guestId, guestReportedName }) => {
      const configured = guestOs(guestId).type;
      const runs = guestReportedName === null ? null : guestFamily(guestReportedName);
      return configured === null || runs === null || configured === runs || guestReportedName === null
        ? []
        : [
            `guest id ${shown(guestId)} is ${configured}, but the guest reports ${shown(guestReportedName)}: ` +
              "correct the guest system at the source, then read the inventory again",
          ];
    }),
};
