import type { Concern } from "../../inventory/schema/wave.ts";
import type { Decisions } from "../overrides.ts";
import type { FactRule, FactsView } from "./fact-rule.ts";
import { factRules } from "./fact-rules.ts";
import { compareConcerns, overridden } from "./judge.ts";

/**
 * The concerns of the source's facts alone, with the plan's changes and waivers applied, sorted as those of a wave are.
 * @param decisions by VM key; a VM that the plan leaves out for now (`exclude`) is judged all the same: its concerns are
 * there to be mended before it goes.
 */
export function judgeFacts(
  view: FactsView,
  decisions: ReadonlyMap<string, Decisions>,
  rules: readonly FactRule[] = factRules,
): Concern[] {
  return rules
    .flatMap((rule) =>
      rule.checkFacts(view).map(({ vm, assessment, category }) => {
        const { id, label } = rule;
        const concern = { id, category: category ?? rule.category, label, assessment, vm };
        const said = vm === null ? undefined : decisions.get(vm);
        return said === undefined ? concern : overridden(concern, rule, { ...said, exclude: false });
      }),
    )
    .sort(compareConcerns);
}
