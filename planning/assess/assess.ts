import { own } from "../../inventory/own.ts";
import { ComplexityModel } from "../../inventory/schema/complexity.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { Plan } from "../../inventory/schema/plan.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import { shown } from "../../inventory/shown.ts";
import { ThroughputModel } from "../../inventory/schema/throughput.ts";
import type { Concern } from "../../inventory/schema/wave.ts";
import type { FactRule } from "../concerns/fact-rule.ts";
import { factRules } from "../concerns/fact-rules.ts";
import { judgeFacts } from "../concerns/judge-facts.ts";
import { type Decisions, decisionsFor } from "../overrides.ts";
import { type AssessedConcern, type AssessedVm, type AssessModels, assessedVm } from "./assessed-vm.ts";

/** What an assessment is made of. */
export interface AssessInput {
  readonly vms: readonly EstateVm[];
  readonly sources: readonly SourceFacts[];
  /** null: there is none yet; then the models are the default ones and nothing is waived. */
  readonly plan: Plan | null;
  /** Concerns that were found already, such as a planned wave's; default: the rules of facts alone are asked. */
  readonly concerns?: readonly Concern[];
  /** Wave whose decisions count for a VM that several waves name; default: the first by name. */
  readonly wave?: string;
  readonly rules?: readonly FactRule[];
}

export interface Assessment {
  /** By key. */
  readonly vms: readonly AssessedVm[];
  /** Concerns of no VM that is listed: of a wave as a whole, or of a VM without facts. */
  readonly general: readonly Concern[];
  /** What estimates and scores rest on. */
  readonly models: AssessModels;
}

/** Judges and scores every VM. Pure; linear in the number of VMs, as far as the rules are. */
export function assess(input: AssessInput): Assessment {
  const { plan, sources } = input;
  const vms = [...input.vms].sort((a, b) => (a.key < b.key ? -1 : 1));
  const models: AssessModels = {
    throughput: plan?.throughput ?? ThroughputModel.parse({}),
    complexity: plan?.complexity ?? ComplexityModel.parse({}),
  };
  const planned = plan === null ? new Map<string, Planned>() : decisionsOf(plan, input.wave);
  const decisions = new Map([...planned].map(([key, { decisions }]) => [key, decisions]));
  const concerns = input.concerns ?? judgeFacts({ vms, sources }, decisions, input.rules ?? factRules);
  const keys = new Set(vms.map(({ key }) => key));
  const byVm = new Map<string, Concern[]>();
  for (const concern of concerns) {
    const list = byVm.get(concern.vm ?? "") ?? [];
    if (list.push(concern) === 1) byVm.set(concern.vm ?? "", list);
  }
  const rows = vms.map((vm) => {
    const said = planned.get(vm.key);
    const found = (byVm.get(vm.key) ?? []).map((concern) => assessedConcern(concern, said?.decisions));
    return assessedVm(vm, said?.wave ?? null, found, models);
  });
  return { vms: rows, general: concerns.filter(({ vm }) => vm === null || !keys.has(vm)), models };
}

/** The reason of a waiver stands beside the text here, not in it. */
function assessedConcern(concern: Concern, decisions: Decisions | undefined): AssessedConcern {
  const { overridden, assessment } = concern;
  const waived = overridden !== undefined && own(decisions?.concerns, concern.id)?.category === "waived";
  const ending = waived ? ` (waived: ${shown(overridden, 200)})` : "";
  const plain = assessment.endsWith(ending) ? assessment.slice(0, assessment.length - ending.length) : assessment;
  return { ...concern, assessment: plain, waived };
}

interface Planned {
  readonly wave: string;
  readonly decisions: Decisions;
}

/** What the plan says of each VM. A VM in two waves is a concern of `wavelift plan`; here the first wave counts. */
function decisionsOf({ waves }: Plan, first: string | undefined): Map<string, Planned> {
  const names = Object.keys(waves).sort();
  const ordered = first === undefined ? names : [first, ...names.filter((name) => name !== first)];
  const found = new Map<string, Planned>();
  for (const name of ordered) {
    const wave = own(waves, name);
    for (const key of Object.keys(wave?.vms ?? {}))
      if (wave !== undefined && !found.has(key)) found.set(key, { wave: name, decisions: decisionsFor(wave, key) });
  }
  return found;
}
