import { shown } from "../../inventory/shown.ts";
import type { Finding, Rule } from "./rule.ts";
import type { RuleRun } from "./run-rule.ts";

/** Its findings come from the runs of the other rules (judge.ts). */
export const ruleFailed: Rule = {
  id: "rule.failed",
  category: "Critical",
  label: "A rule could not judge",
  about: "both",
  why: "A rule that stumbles has not looked: what it was made to find may be there.",
  check: () => [],
};

/** What is to be said of a rule's failures. */
export function failuresOf(id: string, { failures }: RuleRun): Finding[] {
  const advice = id.startsWith(OWN)
    ? "correct it, or take it out of the folder rules"
    : "this is a fault of Wavelift, please report it; look at the VM by hand before you waive this";
  return failures.map(({ vm, message }) => ({
    vm,
    assessment: `rule ${id} failed (${shown(message, 300)}): ${advice}`,
  }));
}

/** Ids of operators' own rules begin with this, so that none of the program's is ever called the same. */
export const OWN = "own.";
