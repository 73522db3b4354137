import type { CloudOffer } from "../cloud/offer.ts";
import type { Concern, PlannedImage, PlannedVm, WaveFile } from "../inventory/schema/wave.ts";
import { begunVms } from "../planning/begun.ts";
import { lostImages, lostVolumes, volumeLost } from "../planning/concerns/volume-lost.ts";
import { drift, driftConcerns } from "../planning/drift.ts";
import { gate } from "../planning/gate.ts";
import { otherWaveConcerns } from "../planning/other-waves.ts";
import { planWave, type PlanInput } from "../planning/plan-wave.ts";
import { entriesOf, type WaveEntry } from "../planning/wave-entries.ts";
import { vmsWithServer, waitingVms, type Waiting } from "../planning/waiting.ts";

/** What preview and `up` go by. */
export interface Review {
  readonly file: WaveFile;
  /** VMs to declare. An excluded VM that has begun stays as it is; one that has not is left out. */
  readonly vms: readonly PlannedVm[];
  /** Templates to declare as images, by the same rule. */
  readonly images: readonly PlannedImage[];
  readonly begun: ReadonlySet<string>;
  /** Critical concerns that stop the run, or, where it goes on, only VMs that have not begun. */
  readonly stopped: readonly Concern[];
  /** Some VMs have begun: these go on (resume, rollback) though others are stopped and not in `vms`. */
  readonly goesOn: boolean;
  /** A VM that has begun is rolled back in this run (phase `absent`). */
  readonly rollsBack: boolean;
  readonly warnings: readonly Concern[];
  readonly notes: readonly Concern[];
}

/**
 * Judges a wave: the plan is made again from estate, plan and cloud, and compared with the wave file, which alone is
 * declared. Pure.
 * @param others files of the other waves: addresses that they name too are told
 */
export function review(
  input: Omit<PlanInput, "previous" | "again">,
  written: WaveFile,
  others: readonly WaveFile[] = [],
): Review {
  const { offers, stack } = input;
  const planned = planWave({ ...input, previous: written });
  const begun = begunVms(offers, stack);
  const found = planned.concerns.filter(({ id }) => id !== volumeLost.id);
  const concerns = [
    ...lost(written, offers, stack),
    ...found,
    ...driftConcerns(drift(written, planned.file)),
    ...otherWaveConcerns(written, others),
  ];
  const { stopped, warnings, notes } = gate(concerns, written, begun);
  const goesOn = canGoOn(stopped, written, begun);
  const isOut = ({ key, exclude }: WaveEntry): boolean =>
    !begun.has(key) && (exclude || (goesOn && stopped.some(({ vm }) => vm === null || vm === key)));
  const declared = written.vms.filter((vm) => !isOut(vm));
  const waiting = waitingVms(declared, vmsWithServer(offers, stack));
  return {
    file: written,
    vms: declared.map((vm) => (waiting.some(({ key }) => key === vm.key) ? { ...vm, boot: false } : vm)),
    images: (written.images ?? []).filter((image) => !isOut(image)),
    begun,
    stopped,
    goesOn,
    rollsBack: entriesOf(written).some(({ key, phase }) => phase === "absent" && begun.has(key)),
    warnings: [...warnings, ...waiting.map(waitingConcern)],
    notes,
  };
}

/** What the file itself would delete: said of the file that is declared, not of the one that would be planned. */
function lost(file: WaveFile, offers: ReadonlyMap<string, CloudOffer>, stack: string): Concern[] {
  const { id, category, label } = volumeLost;
  const found = [...lostVolumes(file, offers, stack), ...lostImages(file, offers, stack)];
  return found.map(({ vm, assessment }) => ({ id, category, label, vm, assessment }));
}

/** A stop that is about a VM which has begun (its volumes would be deleted) stops everything. */
function canGoOn(stopped: readonly Concern[], file: WaveFile, begun: ReadonlySet<string>): boolean {
  if (stopped.length === 0 || stopped.some(({ vm }) => vm !== null && begun.has(vm))) return false;
  return entriesOf(file).some(({ key }) => begun.has(key));
}

function waitingConcern({ key, needs }: Waiting): Concern {
  return {
    id: "server.waits",
    category: "Warning",
    label: "Server waits for others",
    assessment: `its server is not made in this run: it depends on ${needs.join(", ")}, which gets none; its disks go on`,
    vm: key,
  };
}
