import type { Concern } from "../../inventory/schema/wave.ts";
import type { Decisions } from "../overrides.ts";
import type { FactRule, FactsView } from "./fact-rule.ts";
import { factRules } from "./fact-rules.ts";
import { compareConcerns, concernsOf, type Overrides } from "./judge.ts";
import { runRule } from "./run-rule.ts";

/**
 * The concerns of the source's facts alone, with the plan's changes and waivers applied, sorted as those of a wave are.
 * @param decisions by VM key; a VM that the plan leaves out for now (`exclude`) is judged all the same: its concerns are
 * there to be mended before it goes.
 * @param rules the program's, and those of the operators
 */
export function judgeFacts(
  view: FactsView,
  decisions: ReadonlyMap<string, Decisions>,
  rules: readonly FactRule[] = factRules,
): Concern[] {
  const overrides = new Map<string | null, Overrides>(
    [...decisions].map(([key, { concerns }]) => [key, { concerns, exclude: false }]),
  );
  const parts = () => view.vms.map((vm) => [vm.key, { ...view, vms: [vm] }] as const);
  return rules
    .flatMap((rule) => concernsOf(rule, runRule(rule.checkFacts, view, parts), overrides))
    .sort(compareConcerns);
}
