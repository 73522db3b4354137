import type { Concern } from "../../inventory/schema/wave.ts";
import type { VmOverrides } from "../../inventory/schema/plan.ts";
import { shown } from "../../inventory/shown.ts";
import { own } from "../../inventory/own.ts";
import { compareText } from "../../inventory/order.ts";
import { allRules } from "./all-rules.ts";
import type { Rule, WaveView } from "./rule.ts";

const rank = { Critical: 0, Warning: 1, Information: 2 };

/** The concerns of all rules, with the plan's changes applied, in an order that does not depend on the estate's. */
export function judge(view: WaveView, rules: readonly Rule[] = allRules): Concern[] {
  const overrides = new Map(view.subjects.map(({ key, decisions }) => [key, decisions]));
  return rules
    .flatMap((rule) =>
      concernsOf(rule, view).map((concern) => overridden(concern, rule, overrides.get(concern.vm ?? ""))),
    )
    .sort(compareConcerns);
}

function concernsOf(rule: Rule, view: WaveView): Concern[] {
  return rule.check(view).map(({ vm, assessment, category }) => ({
    id: rule.id,
    category: category ?? rule.category,
    label: rule.label,
    assessment,
    vm,
  }));
}

/**
 * What the plan says of the concern: another category, or waived, with a written reason that is kept. A VM that is
 * left out of the wave is told of, and stops nothing. A hard rule is not changed by either.
 */
export function overridden(
  concern: Concern,
  rule: Pick<Rule, "id" | "hard" | "always">,
  decisions: (VmOverrides & { exclude: boolean }) | undefined,
): Concern {
  if (decisions === undefined) return concern;
  const override = own(decisions.concerns, rule.id);
  if (rule.hard !== true && override !== undefined) {
    const { category, reason } = override;
    const waived = category === "waived";
    return {
      ...concern,
      category: waived ? "Information" : category,
      assessment: waived ? `${concern.assessment} (waived: ${shown(reason, 200)})` : concern.assessment,
      overridden: reason,
    };
  }
  const leftOut = decisions.exclude && rule.always !== true && concern.category !== "Information";
  return leftOut ? { ...concern, category: "Information", overridden: "left out of the wave (exclude)" } : concern;
}

/** Critical first, then by VM, id and text. */
export function compareConcerns(a: Concern, b: Concern): number {
  return (
    rank[a.category] - rank[b.category] ||
    compareText(a.vm ?? "", b.vm ?? "") ||
    compareText(a.id, b.id) ||
    compareText(a.assessment, b.assessment)
  );
}
