import type { Concern } from "../../inventory/schema/wave.ts";
import type { VmOverrides } from "../../inventory/schema/plan.ts";
import { shown } from "../../inventory/shown.ts";
import { own } from "../../inventory/own.ts";
import { compareText } from "../../inventory/order.ts";
import { imageRules } from "./image-rules.ts";
import { rulesWith } from "./all-rules.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";
import { failuresOf, ruleFailed } from "./rule-failed.ts";
import { runRule, type RuleRun } from "./run-rule.ts";

const rank = { Critical: 0, Warning: 1, Information: 2 };

/**
 * The concerns of all rules, with the plan's changes applied, in an order that does not depend on the estate's.
 * @param ownRules rules of the operators, beside those of the program
 */
export function judge(view: WaveView, ownRules: readonly Rule[] = []): Concern[] {
  const overrides = new Map<string | null, Overrides>(view.subjects.map(({ key, decisions }) => [key, decisions]));
  overrides.set(null, { concerns: own(view.plan.waves, view.wave)?.concerns, exclude: false });
  const withImages = [...view.checked, ...view.checkedImages].sort((a, b) => compareText(a.key, b.key));
  const seen = (rule: Rule): WaveView => (imageRules.has(rule.id) ? { ...view, checked: withImages } : view);
  const parts = (whole: WaveView) => () =>
    whole.checked.map((subject) => [subject.key, { ...whole, checked: [subject] }] as const);
  return rulesWith(ownRules)
    .flatMap((rule) => concernsOf(rule, runRule(rule.check, seen(rule), parts(seen(rule))), overrides))
    .sort(compareConcerns);
}

/** What the plan says of the concerns of a VM, or of a wave as a whole. */
export interface Overrides {
  readonly concerns?: VmOverrides["concerns"] | undefined;
  /** The VM is left out of the wave. */
  readonly exclude: boolean;
}

/** What a rule found, and where it failed, with what the plan says of that by VM (null: of the wave as a whole). */
export function concernsOf(
  rule: Pick<Rule, "id" | "category" | "label" | "hard" | "always">,
  run: RuleRun,
  overrides: ReadonlyMap<string | null, Overrides>,
): Concern[] {
  const of = (maker: typeof rule, { vm, assessment, category }: Finding): Concern => {
    const concern = { id: maker.id, category: category ?? maker.category, label: maker.label, assessment, vm };
    return overridden(concern, maker, overrides.get(vm));
  };
  return [
    ...run.findings.map((finding) => of(rule, finding)),
    ...failuresOf(rule.id, run).map((finding) => of(ruleFailed, finding)),
  ];
}

/**
 * What the plan says of the concern: another category, or waived, with a written reason that is kept. A VM that is
 * left out of the wave is told of, and stops nothing. A hard rule is not changed by either.
 */
function overridden(
  concern: Concern,
  rule: Pick<Rule, "id" | "hard" | "always">,
  decisions: Overrides | undefined,
): Concern {
  if (decisions === undefined) return concern;
  const original = concern.category;
  const override = own(decisions.concerns, rule.id);
  if (rule.hard !== true && override !== undefined) {
    const { category, reason } = override;
    const waived = category === "waived";
    return {
      ...concern,
      category: waived ? "Information" : category,
      assessment: waived ? `${concern.assessment} (waived: ${shown(reason, 200)})` : concern.assessment,
      overridden: reason,
      original,
    };
  }
  const leftOut = decisions.exclude && rule.always !== true && original !== "Information";
  const why = "left out of the wave (exclude)";
  return leftOut ? { ...concern, category: "Information", overridden: why, original } : concern;
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
