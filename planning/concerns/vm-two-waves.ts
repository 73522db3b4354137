import { otherWaves } from "../overrides.ts";
import type { Rule } from "./rule.ts";

export const vmTwoWaves: Rule = {
  id: "vm.two-waves",
  category: "Critical",
  label: "VM is in two waves",
  why: "Two stacks would make the same server twice, and each would take it for its own.",
  hard: true,
  check: ({ plan, wave, subjects }) =>
    subjects
      .filter(({ decisions: { phase } }) => phase === "precopy" || phase === "cutover")
      .map(({ key }) => ({ key, others: otherWaves(plan, wave, key) }))
      .filter(({ others }) => others.length > 0)
      .map(({ key, others }) => ({
        vm: key,
        assessment: `${key} is also in wave ${others.join(", ")}: take it out of all waves but one`,
      })),
};
