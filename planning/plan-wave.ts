import type { CloudOffer } from "../cloud/offer.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import type { Concern, PlannedVm, WaveFile } from "../inventory/schema/wave.ts";
import { own } from "../inventory/own.ts";
import { begunVms } from "./begun.ts";
import { judge } from "./concerns/judge.ts";
import type { WaveView } from "./concerns/rule.ts";
import { plannedVm } from "./planned-vm.ts";
import { isKnown, type Subject, subjectsOf } from "./subject.ts";

/** All that a wave is planned from: facts, decisions, and what the clouds offer and hold. */
export interface PlanInput {
  readonly plan: Plan;
  /** Name of the wave. */
  readonly wave: string;
  /** Estate by VM key; only the wave's VMs are looked at. */
  readonly estate: ReadonlyMap<string, EstateVm>;
  /** Offers by target name. */
  readonly offers: ReadonlyMap<string, CloudOffer>;
  /** project/stack, for example wavelift/wave1. */
  readonly stack: string;
  /** The wave file as it is in git, null when there is none. */
  readonly previous: WaveFile | null;
}

export interface PlannedWave {
  readonly file: WaveFile;
  /** Sorted: Critical first, then by VM and id. */
  readonly concerns: Concern[];
}

/** Plans a wave: pure, the same for the same input, whatever the order of the estate. It never throws. */
export function planWave(input: PlanInput): PlannedWave {
  const subjects = subjectsOf(input);
  const begun = begunVms(input.offers, input.stack);
  const entries = subjects.map((subject) => entryFor(subject, input, begun));
  const vms = entries.map(({ vm }) => vm).filter((vm) => vm !== null);
  const kept = new Set(entries.flatMap(({ vm, kept }) => (kept && vm !== null ? [vm.key] : [])));
  const file: WaveFile = { version: 1, wave: input.wave, targets: targetsOf(vms, input), vms };
  const { plan, wave, stack, offers } = input;
  const checked = subjects.filter(isKnown).filter(({ decisions }) => isChecked(decisions.phase));
  const view: WaveView = { plan, wave, stack, offers, subjects, checked, file, begun, kept };
  return { file, concerns: judge(view) };
}

/** VMs that are rolled back or accepted are not checked: nothing of them is made any more. */
function isChecked(phase: PlannedVm["phase"]): boolean {
  return phase === "precopy" || phase === "cutover";
}

/**
 * The VM's entry. A VM that can no longer be planned keeps what was decided before, and so does one that is left out
 * after it has begun; the operator's phase always counts, since it is the way to roll such a VM back.
 */
function entryFor(
  subject: Subject,
  input: PlanInput,
  begun: ReadonlySet<string>,
): { readonly vm: PlannedVm | null; readonly kept: boolean } {
  const { key, decisions } = subject;
  const previous = input.previous?.vms.find((vm) => vm.key === key);
  const planned = isKnown(subject) ? plannedVm(subject, input) : null;
  const stays = decisions.exclude && begun.has(key) && previous !== undefined;
  if (previous === undefined || (planned !== null && !stays)) return { vm: planned, kept: false };
  return { vm: { ...previous, phase: decisions.phase, exclude: decisions.exclude }, kept: true };
}

/** The targets in use, with their entries of clouds.yaml. */
function targetsOf(vms: readonly PlannedVm[], { plan, previous }: PlanInput): WaveFile["targets"] {
  const names = [...new Set(vms.map(({ target }) => target))].sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const cloud = own(plan.targets, name)?.cloud ?? own(previous?.targets, name)?.cloud;
      return cloud === undefined ? [] : [[name, { cloud }]];
    }),
  );
}
