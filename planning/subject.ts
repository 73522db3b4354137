import type { CloudOffer, Flavor } from "../cloud/offer.ts";
import type { EstateDisk, EstateVm } from "../inventory/schema/estate.ts";
import type { PlannedVm } from "../inventory/schema/wave.ts";
import { type BootDisk, chooseBootDisk, compareDisks } from "./boot-disk.ts";
import { begunImages } from "./begun.ts";
import { type Decision, decided } from "./decision.ts";
import { chooseFlavor } from "./flavor.ts";
import { decideNic, type NicDecision } from "./nic.ts";
import { type Decisions, decisionsFor } from "./overrides.ts";
import type { PlanInput } from "./plan-wave.ts";
import { saidFacts } from "./said-facts.ts";
import { chooseVolumeType } from "./volume-type.ts";

/** A VM of the wave with what the plan says of it, and all that was decided when facts and target are known. */
export interface Subject {
  readonly key: string;
  /** A VM that has begun stays on its target, whatever the plan says now. */
  readonly decisions: Decisions;
  /** What the plan says, word for word. */
  readonly asked: Decisions;
  /** With the firmware that the plan says; null: there is no estate file. */
  readonly facts: EstateVm | null;
  /** null: the target is not in the plan, or nothing is known of what it offers. */
  readonly offer: CloudOffer | null;
  /** null: facts or offer are missing. */
  readonly choice: Choice | null;
  /** It becomes an image, not a server: a template, or what was one when it began. */
  readonly asImage: boolean;
}

/** A subject whose facts and target are known: what most rules look at. */
export interface KnownSubject extends Subject {
  readonly facts: EstateVm;
  readonly offer: CloudOffer;
  readonly choice: Choice;
}

export interface DiskDecision {
  readonly facts: EstateDisk;
  readonly volumeType: Decision<string>;
}

/** What was decided for one VM, each with its reason or its problem. */
export interface Choice {
  readonly flavor: Decision<Flavor>;
  readonly boot: Decision<BootDisk>;
  /** By controller order, the boot disk first. */
  readonly disks: readonly DiskDecision[];
  /** In NIC order of the source. */
  readonly nics: readonly NicDecision[];
}

/** The VMs of the wave, sorted by key. */
export function subjectsOf(input: PlanInput, begun: ReadonlySet<string>): Subject[] {
  const wave = input.plan.waves[input.wave];
  if (wave === undefined) return [];
  const images = begunImages(input.offers, input.stack);
  return Object.keys(wave.vms)
    .sort()
    .map((key) => subjectOf(key, decisionsFor(wave, key), input, { begun, images }));
}

export function isKnown(subject: Subject): subject is KnownSubject {
  return subject.choice !== null;
}

function subjectOf(
  key: string,
  asked: Decisions,
  input: PlanInput,
  there: { readonly begun: ReadonlySet<string>; readonly images: ReadonlySet<string> },
): Subject {
  const begun = there.begun.has(key);
  const previous = begun ? input.previous?.vms.find((vm) => vm.key === key) : undefined;
  const image = begun ? input.previous?.images?.find((one) => one.key === key) : undefined;
  const decisions = { ...asked, target: previous?.target ?? image?.target ?? asked.target };
  const told = input.estate.get(key);
  const facts = told === undefined ? null : saidFacts(told, decisions);
  const offer = input.offers.get(decisions.target) ?? null;
  const choice = facts === null || offer === null ? null : choose(facts, decisions, offer, input, previous);
  const asImage = begun ? there.images.has(key) : facts?.template === true;
  return { key, decisions, asked, facts, offer, choice, asImage };
}

function choose(
  facts: EstateVm,
  decisions: Decisions,
  offer: CloudOffer,
  { plan, wave }: PlanInput,
  begun: PlannedVm | undefined,
): Choice {
  const boot = chooseBootDisk(facts.disks, decisions.bootDisk);
  const first = boot.ok ? [boot.value.disk] : [];
  const others = facts.disks.filter((disk) => !first.includes(disk)).sort(compareDisks);
  return {
    flavor: chooseFlavor(facts, offer.flavors, plan.flavors, decisions.flavor),
    boot,
    disks: [...first, ...others].map((disk) => ({
      facts: disk,
      volumeType: volumeTypeOf(disk, begun) ?? chooseVolumeType(disk, plan, decisions, offer),
    })),
    nics: facts.nics.map((nic) => decideNic(nic, { plan, wave, facts, decisions, offer, begun })),
  };
}

/** The type of a volume that is there already. */
function volumeTypeOf({ deviceKey }: EstateDisk, begun: PlannedVm | undefined): Decision<string> | null {
  const was = begun?.disks.find((disk) => disk.deviceKey === deviceKey);
  return was === undefined ? null : decided(was.volumeType, "the type of its volume");
}
