import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import type { Finding, Rule } from "./rule.ts";

/** Facts of the source alone: what `wavelift assess` has before there is a plan or a cloud. */
export interface FactsView {
  /** The VMs to judge: the whole estate in `assess`, the wave's checked VMs in `plan` and preview. */
  readonly vms: readonly EstateVm[];
  /** What the sources say of themselves. */
  readonly sources: readonly SourceFacts[];
}

/**
 * A rule that looks at the source's facts alone. It counts in `wavelift assess` and, by `fromFacts`, at plan and preview.
 * Rules of the plan or the cloud are `Rule`s of their own.
 */
export interface FactRule extends Omit<Rule, "check"> {
  readonly checkFacts: (view: FactsView) => readonly Finding[];
}

/** The same rule for the VMs of a wave. */
export function fromFacts({ checkFacts, ...rule }: FactRule): Rule {
  return { ...rule, check: ({ checked, sources }) => checkFacts({ vms: checked.map(({ facts }) => facts), sources }) };
}

/** Findings for each VM: the most common shape. */
export function perFacts(view: FactsView, assess: (vm: EstateVm) => readonly string[]): Finding[] {
  return view.vms.flatMap((vm) => assess(vm).map((assessment) => ({ vm: vm.key, assessment })));
}
