import type { CloudOffer } from "../cloud/offer.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { SourceFacts } from "../inventory/schema/source.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import type { Concern, PlannedVm, WaveFile } from "../inventory/schema/wave.ts";
import { own } from "../inventory/own.ts";
import { begunVms } from "./begun.ts";
import { judge } from "./concerns/judge.ts";
import type { Rule, WaveView } from "./concerns/rule.ts";
import { type Edits, keepBegun } from "./keep-begun.ts";
import { type Live, notLive } from "./live.ts";
import { type ImageEntry, imageEntry, plannedImage } from "./planned-image.ts";
import { plannedVm } from "./planned-vm.ts";
import type { PoolSpaces } from "./pool-space.ts";
import { vmsWithServer } from "./waiting.ts";
import { isKnown, type KnownSubject, type Subject, subjectsOf } from "./subject.ts";
import type { WaveEntry } from "./wave-entries.ts";

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
  /** Keys of VMs that the operator plans again by name: for these, facts may change what has begun. Default: none. */
  readonly again?: ReadonlySet<string>;
  /** What the sources say of themselves. Default: nothing is known. */
  readonly sources?: readonly SourceFacts[];
  /** What the sources said of the VMs just now. Default: they were not asked. */
  readonly live?: Live;
  /** Space of the targets' pools as the conversion host sees it. Default: it was not asked. */
  readonly storage?: PoolSpaces;
  /** Rules of the operators, beside those of the program. Default: none. */
  readonly rules?: readonly Rule[];
}

export interface PlannedWave {
  readonly file: WaveFile;
  /** Sorted: Critical first, then by VM and id. */
  readonly concerns: Concern[];
}

/** Plans a wave: pure, the same for the same input, whatever the order of the estate. It never throws. */
export function planWave(input: PlanInput): PlannedWave {
  const begun = begunVms(input.offers, input.stack);
  const subjects = subjectsOf(input, begun);
  const entries = subjects.filter(({ asImage }) => !asImage).map((subject) => entryFor(subject, input, begun));
  const templates = subjects.filter(({ asImage }) => asImage).map((subject) => imageEntryFor(subject, input, begun));
  const vms = entries.map(({ vm }) => vm).filter((vm) => vm !== null);
  const all = [...entries, ...templates.map(({ image, ...entry }) => ({ vm: image, ...entry }))];
  const kept = new Set(all.flatMap(({ vm, kept }) => (kept && vm !== null ? [vm.key] : [])));
  const edits = new Map(all.flatMap(({ vm, edits }) => (vm === null || edits === null ? [] : [[vm.key, edits]])));
  const images = templates.flatMap(({ image }) => image ?? []);
  const file: WaveFile = {
    ...{ version: 1, wave: input.wave, targets: targetsOf([...vms, ...images], input), vms },
    ...(images.length === 0 ? {} : { images }),
  };
  const { plan, wave, stack, offers } = input;
  const toCheck = subjects.filter(isKnown).filter(({ decisions }) => isChecked(decisions.phase));
  const checked = toCheck.filter(({ asImage }) => !asImage);
  const checkedImages = toCheck.filter(({ asImage }) => asImage).map(onlyBootDisk);
  const { sources = [], live = notLive, storage = {} } = input;
  const view: WaveView = {
    ...{
      plan,
      wave,
      stack,
      offers,
      subjects,
      checked,
      checkedImages,
      file,
      begun,
      kept,
      edits,
      sources,
      live,
      storage,
    },
  };
  return { file, concerns: judge(view, input.rules) };
}

/** VMs that are rolled back or accepted are not checked: nothing of them is made any more. */
function isChecked(phase: PlannedVm["phase"]): boolean {
  return phase === "precopy" || phase === "cutover";
}

interface Entry {
  readonly vm: PlannedVm | null;
  /** The entry is the previous one. */
  readonly kept: boolean;
  /** Only of a VM that has begun. */
  readonly edits: Edits | null;
}

/**
 * The VM's entry. One that has begun keeps what it was given (keep-begun.ts). A VM that can no longer be planned keeps
 * what was decided before, and so does one that is left out after it has begun; the operator's phase always counts,
 * since it is the way to roll such a VM back.
 */
function entryFor(subject: Subject, input: PlanInput, begun: ReadonlySet<string>): Entry {
  const { key, decisions } = subject;
  const previous = input.previous?.vms.find((vm) => vm.key === key);
  const hasBegun = begun.has(key);
  const planned = isKnown(subject) ? plannedVm(subject, input) : null;
  if (previous === undefined) return { vm: planned, kept: false, edits: null };
  if (isKnown(subject) && hasBegun && !decisions.exclude) {
    const hasServer = vmsWithServer(input.offers, input.stack).has(key);
    const again = input.again?.has(key) === true;
    const vm = keepBegun(subject, planned, input, { previous, asked: subject.asked, hasServer, again });
    return { ...vm, kept: false };
  }
  if (planned !== null && !hasBegun) return { vm: planned, kept: false, edits: null };
  return { vm: { ...previous, phase: decisions.phase, exclude: decisions.exclude }, kept: true, edits: null };
}

function imageEntryFor(subject: Subject, input: PlanInput, begun: ReadonlySet<string>): ImageEntry {
  const { key, decisions } = subject;
  const previous = input.previous?.images?.find((image) => image.key === key);
  const again = input.again?.has(key) === true && !decisions.exclude;
  const fresh = isKnown(subject) ? plannedImage(subject, input) : null;
  return imageEntry(subject, fresh, previous, { hasBegun: begun.has(key), again });
}

/** An image is one disk: rules on disks and NICs have nothing to say of the others. */
function onlyBootDisk(subject: KnownSubject): KnownSubject {
  const { facts, choice } = subject;
  const disks = choice.boot.ok ? [choice.boot.value.disk] : facts.disks;
  return { ...subject, facts: { ...facts, disks, nics: [] } };
}

/** The targets in use, with their entries of clouds.yaml. */
function targetsOf(vms: readonly WaveEntry[], { plan, offers, previous }: PlanInput): WaveFile["targets"] {
  const names = [...new Set(vms.map(({ target }) => target))].sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const cloud = offers.get(name)?.cloud ?? own(plan.targets, name)?.cloud ?? own(previous?.targets, name)?.cloud;
      return cloud === undefined ? [] : [[name, { cloud }]];
    }),
  );
}
