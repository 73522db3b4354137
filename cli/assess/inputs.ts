import { existsSync } from "node:fs";
import path from "node:path";
import type { Fault } from "../../inventory/fault.ts";
import { loadPlan } from "../../inventory/load.ts";
import { readWholeEstate } from "../../inventory/load-all.ts";
import { WaveName } from "../../inventory/schema/names.ts";
import { shown } from "../../inventory/shown.ts";
import { loadSources } from "../../inventory/source-file.ts";
import type { AssessInput } from "../../planning/assess/assess.ts";
import { allRules } from "../../planning/concerns/all-rules.ts";
import { factRules } from "../../planning/concerns/fact-rules.ts";
import type { Rule } from "../../planning/concerns/rule.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { planPath, readInputs } from "../../review/inputs.ts";
import { loadOwnRules } from "../../review/own-rules.ts";
import { UserError } from "../failure.ts";

/** What is assessed, and the files that could not be read. */
export interface AssessInputs {
  readonly input: AssessInput;
  /** The program's and the operators' rules: the page tells why they matter. */
  readonly rules: readonly Rule[];
  readonly faults: readonly Fault[];
}

/** The whole estate, with the plan's decisions where there is a plan. No cloud is asked. */
export async function estateInputs(
  inventory: string,
  progress: (done: number, all: number) => void,
): Promise<AssessInputs> {
  const folder = path.join(inventory, "estate");
  const { vms, faults } = await readWholeEstate(folder, progress);
  if (vms.length === 0 && faults.length === 0)
    throw new UserError(`There is no VM in ${folder}: read one with \`wavelift inventory\`.`);
  const file = planPath(inventory);
  const plan = existsSync(file) ? await loadPlan(file) : null;
  const sources = await loadSources(path.join(inventory, "sources"));
  const own = await loadOwnRules(inventory);
  const input = { vms, plan, sources, rules: [...factRules, ...own.facts] };
  return { input, rules: [...allRules, ...own.rules], faults };
}

/** The VMs of one wave, with all concerns that `wavelift plan` has: its clouds are asked. */
export async function waveInputs(
  inventory: string,
  wave: string,
  progress: (message: string) => void,
): Promise<AssessInputs> {
  const name = WaveName.safeParse(wave);
  if (!name.success) throw new UserError(`${shown(wave)} is no name of a wave: ${name.error.issues[0]?.message ?? ""}`);
  const stack = `wavelift/${wave}`;
  const { written, ...inputs } = await readInputs(inventory, wave, stack, progress);
  const { concerns } = planWave({ ...inputs, wave, stack, previous: written });
  const { plan, estate, sources, rules } = inputs;
  return {
    input: { vms: [...estate.values()], plan, sources, concerns, wave },
    rules: [...allRules, ...rules],
    faults: [],
  };
}
