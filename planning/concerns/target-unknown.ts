import type { Rule } from "./rule.ts";

export const targetUnknown: Rule = {
  id: "target.unknown",
  category: "Critical",
  label: "Target is not known",
  why: "What a target offers must be read before anything can be chosen from it.",
  hard: true,
  check: ({ subjects, offers }) =>
    subjects
      .filter(({ offer, decisions }) => offer === null && decisions.phase !== "absent")
      .map(({ key, decisions }) => ({
        vm: key,
        assessment:
          `target ${decisions.target} could not be read; known: ${[...offers.keys()].sort().join(", ") || "none"}. ` +
          "See targets of the plan and clouds.yaml",
      })),
};
