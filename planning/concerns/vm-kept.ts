import type { Rule } from "./rule.ts";

export const vmKept: Rule = {
  id: "vm.kept",
  category: "Information",
  label: "Entry of the previous wave file is kept",
  why: "A VM that cannot be planned any more, or is left out after it has begun, stays as it was decided.",
  check: ({ kept }) =>
    [...kept].map((key) => ({
      vm: key,
      assessment: "stays as it was decided before; only its phase follows the plan",
    })),
};
