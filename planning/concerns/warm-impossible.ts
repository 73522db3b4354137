import { warmObstacles } from "../warm-obstacles.ts";
import { perVm, type Rule } from "./rule.ts";

export const warmImpossible: Rule = {
  id: "warm.impossible",
  category: "Warning",
  label: "A warm migration is not possible",
  why: "Precopy of a running VM needs snapshots and changed block tracking at the source; without them it is a cold copy.",
  check: (view) =>
    perVm(view, ({ facts, decisions }) => {
      if (decisions.phase !== "precopy") return [];
      const reasons = warmObstacles(facts);
      return reasons.length === 0
        ? []
        : [`phase is precopy, but ${reasons.join("; ")}: mend that at the source, or migrate it cold (phase: cutover)`];
    }),
};
