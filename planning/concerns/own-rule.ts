import { z } from "zod";
import type { Fault } from "../../inventory/fault.ts";
import { mismatches, valueAt } from "../../inventory/expectation.ts";
import { shown, shownValue } from "../../inventory/shown.ts";
import { type FactRule, fromFacts } from "./fact-rule.ts";
import type { Finding, Rule } from "./rule.ts";
import { OWN } from "./rule-failed.ts";

/** Rules of the operators. */
export interface OwnRules {
  /** All of them, for a wave. */
  readonly rules: readonly Rule[];
  /** Those that look at facts alone, for `wavelift assess`. */
  readonly facts: readonly FactRule[];
}

const Category = z.enum(["Critical", "Warning", "Information"]);
const isFunction = (value: unknown): boolean => typeof value === "function";

const about = {
  id: z.string().regex(/^own\.[a-z0-9]+([.-][a-z0-9]+)*$/, `${OWN} and a name of a-z, 0-9, "." and "-"`),
  category: Category,
  label: z.string().min(1).max(80),
  why: z.string().min(1),
  hard: z.boolean().optional(),
  about: z.enum(["vm", "wave", "both"]).optional(),
  always: z.boolean().optional(),
};

const OwnFactRule = z.strictObject({
  ...about,
  checkFacts: z.custom<FactRule["checkFacts"]>(isFunction, "a function of the view that returns findings"),
});
const OwnWaveRule = z.strictObject({
  ...about,
  check: z.custom<Rule["check"]>(isFunction, "a function of the view that returns findings"),
});

const Findings = z.array(
  z.strictObject({ vm: z.string().nullable(), assessment: z.string().min(1), category: Category.optional() }),
);

/** Whether what a module exports as `rule` is one of facts alone. */
const isOfFacts = (exported: unknown): boolean =>
  typeof exported === "object" && exported !== null && "checkFacts" in exported;

/**
 * A rule of an operator, from what its file exports as `rule`: checked here once, and what it returns at each run, since
 * nothing else of the operators' code is. Text that it makes of names of the source is made safe to print.
 */
export function ownRule(file: string, exported: unknown): { readonly own: OwnRules } | { readonly faults: Fault[] } {
  const schema = isOfFacts(exported) ? OwnFactRule : OwnWaveRule;
  const parsed = schema.safeParse(exported);
  if (!parsed.success) {
    return {
      faults: mismatches(parsed.error.issues, schema, exported).map(({ path, expected, advice }) => ({
        file,
        line: null,
        vm: null,
        path: ["rule", ...path].join("."),
        value: shownValue(valueAt(exported, path)),
        expected,
        advice: `${advice} (docs/own-rules.md)`,
      })),
    };
  }
  const { hard = false, always = false, about = "vm", ...rule } = parsed.data;
  const told = { id: rule.id, category: rule.category, label: shown(rule.label), why: rule.why, hard, always, about };
  if ("checkFacts" in rule) {
    const { checkFacts } = rule;
    const facts: FactRule = { ...told, checkFacts: (view) => checked(checkFacts(view), keysOf(view.vms)) };
    return { own: { rules: [fromFacts(facts)], facts: [facts] } };
  }
  const { check } = rule;
  return { own: { rules: [{ ...told, check: (view) => checked(check(view), keysOf(view.subjects)) }], facts: [] } };
}

const keysOf = (list: readonly { readonly key: string }[]): ReadonlySet<string> => new Set(list.map(({ key }) => key));

/** @throws when it is no list of findings about these VMs; the rule has then failed (run-rule.ts) */
function checked(returned: unknown, keys: ReadonlySet<string>): Finding[] {
  const parsed = Findings.safeParse(returned);
  if (!parsed.success) {
    const [first] = mismatches(parsed.error.issues, Findings, returned);
    const where = first === undefined || first.path.length === 0 ? "" : ` at ${first.path.join(".")}`;
    throw new Error(`it returned ${shownValue(returned)}${where}, expected ${first?.expected ?? "a list of findings"}`);
  }
  return parsed.data.map(({ vm, assessment, category }) => {
    if (vm !== null && !keys.has(vm))
      throw new Error(`it found something on ${shownValue(vm)}, which is none of the VMs`);
    return { vm, assessment: shown(assessment, 1000), ...(category === undefined ? {} : { category }) };
  });
}
