import type { Concern, PlannedVm, WaveFile } from "../inventory/schema/wave.ts";
import { begunVms } from "../planning/begun.ts";
import { drift, driftConcerns } from "../planning/drift.ts";
import { gate } from "../planning/gate.ts";
import { otherWaveConcerns } from "../planning/other-waves.ts";
import { planWave, type PlanInput } from "../planning/plan-wave.ts";

/** What preview and `up` go by. */
export interface Review {
  readonly file: WaveFile;
  /** VMs to declare. An excluded VM that has begun stays as it is; one that has not is left out. */
  readonly vms: readonly PlannedVm[];
  readonly begun: ReadonlySet<string>;
  /** Critical concerns that stop the run. */
  readonly stopped: readonly Concern[];
  readonly warnings: readonly Concern[];
  readonly notes: readonly Concern[];
}

/**
 * Judges a wave: the plan is made again from estate, plan and cloud, and compared with the wave file, which alone is
 * declared. Pure.
 * @param others files of the other waves: addresses that they name too are told
 */
export function review(
  input: Omit<PlanInput, "previous">,
  written: WaveFile,
  others: readonly WaveFile[] = [],
): Review {
  const planned = planWave({ ...input, previous: written });
  const begun = begunVms(input.offers, input.stack);
  const concerns = [
    ...planned.concerns,
    ...driftConcerns(drift(written, planned.file), begun),
    ...otherWaveConcerns(written, others),
  ];
  return {
    file: written,
    vms: written.vms.filter((vm) => !vm.exclude || begun.has(vm.key)),
    begun,
    ...gate(concerns, written, begun),
  };
}
