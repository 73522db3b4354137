import { shown } from "../../inventory/shown.ts";
import { guestFamily } from "../windows-release.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const osUnknown: FactRule = {
  id: "os.unknown",
  category: "Information",
  label: "Operating system is not known",
  why: "Which devices the server gets hangs on it; without it they are the oldest ones, which are slow.",
  checkFacts: (view) =>
    perFacts(view, ({ guestId, guestName, guestReportedName }) => {
      const told = [guestReportedName, guestName].some((name) => name !== null && guestFamily(name) !== null);
      if ((guestId !== "" && !/^other(Guest)?(64|-64|_64)?(Guest)?$/i.test(guestId)) || told) return [];
      return [
        `the source calls it ${shown(guestId) || "nothing"}${guestName === null ? "" : ` (${shown(guestName)})`}: ` +
          "set the right guest system there, or name imageProperties in the plan",
      ];
    }),
};
