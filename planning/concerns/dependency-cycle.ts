import { cycleThrough } from "../dependency.ts";
import type { Rule } from "./rule.ts";

export const dependencyCycle: Rule = {
  id: "dependency.cycle",
  category: "Critical",
  label: "VMs wait for each other",
  why: "Each server of the cycle would wait until another is ready: none would ever boot.",
  hard: true,
  check: ({ subjects, checked }) => {
    const dependencies = new Map(subjects.map(({ key, decisions }) => [key, decisions.dependsOn ?? []]));
    return checked.flatMap(({ key }) => {
      const cycle = cycleThrough(dependencies, key);
      return cycle === null ? [] : [{ vm: key, assessment: `dependsOn goes round: ${cycle.join(" -> ")}: remove one` }];
    });
  },
};
