import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { Plan } from "../../inventory/schema/plan.ts";
import { compareText } from "../../inventory/order.ts";
import { type Estimate, estimateOf } from "../estimate.ts";
import { applicationLinks, type By } from "./application-links.ts";
import { type Bundling, bundles, wholes } from "./bundle.ts";
import { components, type LinkIndex, linkIndex } from "./components.ts";
import { type Join, joiner, type LeftOut } from "./join.ts";
import { APPLICATION, CLUSTER, HARD, type Link, shownVms } from "./link.ts";
import { nameWaves } from "./name-waves.ts";
import { pack } from "./pack.ts";
import { fitsAlone, type Part, partsOf, type WaveLimits } from "./part.ts";
import { placedVms } from "./placed.ts";
import { planLinks } from "./plan-links.ts";
import { sourceLinks } from "./source-links.ts";
import { type Torn, tornLinks } from "./torn.ts";

/** What waves are proposed from. */
export interface ProposeInput {
  readonly vms: readonly EstateVm[];
  readonly plan: Pick<Plan, "waves" | "throughput">;
  /** Archived waves with the keys of their VMs. */
  readonly archived: ReadonlyMap<string, readonly string[]>;
  /** Names of waves that have a wave file. */
  readonly settled: ReadonlySet<string>;
  /** VMs with Critical concerns about their facts, and these. */
  readonly held: ReadonlyMap<string, readonly string[]>;
  /** Whether VMs with Critical concerns come in waves of their own at the end, or in none. */
  readonly heldVms: "last" | "out";
  readonly by: readonly By[];
  readonly limits: WaveLimits;
  /** Names of new waves begin with it. */
  readonly prefix: string;
}

/** A wave that is not there yet. */
export interface ProposedWave {
  readonly name: string;
  readonly part: Part;
  readonly estimate: Estimate;
  /** Groups of which this wave holds more than one VM, the strongest first. */
  readonly links: readonly Link[];
  /** It holds more than the limits, since what is in it cannot be taken apart. */
  readonly overLimits: boolean;
  /** Its VMs have Critical concerns, or belong to such. */
  readonly held: boolean;
}

export interface Proposal {
  readonly waves: readonly ProposedWave[];
  readonly joins: readonly Join[];
  readonly leftOut: readonly LeftOut[];
  /** Groups that end up in several waves, and why. */
  readonly torn: readonly Torn[];
}

/**
 * Proposes waves for the VMs of the estate that are in none. Pure, the same for any order of the input; what is in a wave
 * stays there, so that proposing again after a refresh only places what is new.
 */
export function propose(input: ProposeInput): Proposal {
  const { vms, plan, by, limits } = input;
  const placed = placedVms(plan, input.archived);
  const links = allLinks(vms, plan, by);
  const index = linkIndex(links);
  const parts = partsOf(vms, plan.throughput);
  const unplaced = vms.filter(({ key }) => !placed.waveOf.has(key) && !placed.archivedIn.has(key));
  const templates = unplaced.filter(({ template }) => template).map(({ key }) => key);
  const movable = unplaced.filter(({ template }) => !template).map(({ key }) => key);
  const held = new Set(input.held.keys());
  const boundToHeld = bindings(movable, index, held);
  const join = joiner({ parts, index, placed, settled: input.settled, boundToHeld, limits });
  const joined = components(movable, index, HARD).map((unit) => ({ unit, result: join(unit) }));
  const free = joined.flatMap(({ unit, result }) => (result === null ? unit : []));
  const bundling: Bundling = {
    parts,
    index,
    tiers: Math.max(CLUSTER, APPLICATION + by.length - 1),
    limits,
    model: plan.throughput,
  };
  const groups = wholes(free, bundling).map(({ vms: keys }) => ({ keys, held: keys.filter((key) => held.has(key)) }));
  const clean = groups.flatMap(({ keys, held }) => (held.length === 0 ? keys : []));
  const last = groups.filter((group) => group.held.length > 0);
  const out = input.heldVms === "out";
  const waves = [
    ...wavesOf(clean, bundling, false),
    ...(out
      ? []
      : wavesOf(
          last.flatMap(({ keys }) => keys),
          bundling,
          true,
        )),
  ];
  const named = nameWaves(waves, input, links);
  const joins = joined.flatMap(({ result }) => (result !== null && "join" in result ? [result.join] : []));
  return {
    waves: named,
    joins,
    leftOut: [
      ...templates.map((vm) => ({ vm, reason: "a template" })),
      ...joined.flatMap(({ result }) => (result !== null && "leftOut" in result ? result.leftOut : [])),
      ...(out ? last.flatMap((group) => heldReasons(group, input.held)) : []),
    ].sort((a, b) => compareText(a.vm, b.vm)),
    torn: tornLinks(links, { waves: named, joins, placed, parts, limits }),
  };
}

/** Every way in which VMs belong together, the strongest first, in an order that does not depend on the estate's. */
export function allLinks(vms: readonly EstateVm[], plan: Pick<Plan, "waves">, by: readonly By[]): Link[] {
  const known = new Set(vms.map(({ key }) => key));
  return [...sourceLinks(vms), ...planLinks(plan, known), ...applicationLinks(vms, by)].sort(
    (a, b) =>
      a.tier - b.tier ||
      compareText(a.kind, b.kind) ||
      compareText(a.name, b.name) ||
      compareText(a.vms.join(), b.vms.join()),
  );
}

/** Tells whether one of these VMs is bound to a held one by links up to a tier; each tier is looked at once. */
function bindings(
  movable: readonly string[],
  index: LinkIndex,
  held: ReadonlySet<string>,
): (keys: readonly string[], tier: number) => boolean {
  const byTier = new Map<number, ReadonlySet<string>>();
  const boundBy = (tier: number): ReadonlySet<string> =>
    new Set(components(movable, index, tier).flatMap((group) => (group.some((key) => held.has(key)) ? group : [])));
  return (keys, tier) => {
    const bound = byTier.get(tier) ?? boundBy(tier);
    byTier.set(tier, bound);
    return keys.some((key) => bound.has(key));
  };
}

type Unnamed = Pick<ProposedWave, "part" | "estimate" | "overLimits" | "held">;

/** Short waves first: the first ones are where most is learned. */
function wavesOf(keys: readonly string[], bundling: Bundling, held: boolean): Unnamed[] {
  const { limits, model } = bundling;
  return pack(bundles(keys, bundling), limits, model)
    .map((part) => ({
      part,
      estimate: estimateOf(part.reading, model.minutesPerVm * 60, model),
      overLimits: !fitsAlone(part, limits),
      held,
    }))
    .sort((a, b) => a.estimate.seconds - b.estimate.seconds || compareText(a.part.vms[0] ?? "", b.part.vms[0] ?? ""));
}

/** Why the VMs of a group stay out: their own concerns, or those of a VM that they belong to. */
function heldReasons(
  { keys, held }: { readonly keys: readonly string[]; readonly held: readonly string[] },
  concerns: ReadonlyMap<string, readonly string[]>,
): LeftOut[] {
  return keys.map((vm) => ({
    vm,
    reason: held.includes(vm)
      ? `Critical: ${(concerns.get(vm) ?? []).join("; ")}`
      : `belongs to ${shownVms(held, 3)}, with Critical concerns`,
  }));
}
