import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { Plan } from "../../inventory/schema/plan.ts";
import { compareText } from "../../inventory/order.ts";
import { decisionsFor } from "../overrides.ts";
import type { By } from "./application-links.ts";
import { HARD, CLUSTER, type Link, shownLink, shownVms } from "./link.ts";
import { fitsAlone, merged, type Part, partsOf, type WaveLimits } from "./part.ts";
import { allLinks } from "./propose.ts";
import { swaps } from "./swap.ts";

/** One thing that could be better about the waves. */
export interface WaveFinding {
  readonly category: "Critical" | "Warning" | "Information";
  readonly id: string;
  /** Waves that it is about, sorted; none: the estate. */
  readonly waves: readonly string[];
  readonly vms: readonly string[];
  /** What was found and what to do. */
  readonly text: string;
  /** What would be won, in seconds of all waves one after the other; null where it is not about time. */
  readonly secondsWon: number | null;
}

/** What waves are checked against. */
export interface CheckInput {
  readonly plan: Pick<Plan, "waves" | "throughput">;
  readonly estate: ReadonlyMap<string, EstateVm>;
  /** VMs of archived waves. */
  readonly archived: ReadonlySet<string>;
  readonly by: readonly By[];
  readonly limits: WaveLimits;
}

const ranks = { Critical: 0, Warning: 1, Information: 2 };

/** Says what would be better. Pure, the same for any order of the input. */
export function checkWaves(input: CheckInput): WaveFinding[] {
  const { plan, estate, limits } = input;
  const links = allLinks([...estate.values()], plan, input.by);
  const parts = partsOf([...estate.values()], plan.throughput);
  const waves = new Map(
    Object.entries(plan.waves).map(([name, { vms }]) => [
      name,
      merged(Object.keys(vms).flatMap((key) => parts.get(key) ?? [])),
    ]),
  );
  return [
    ...[...waves].flatMap(([name, part]) => overLimits(name, part, limits)),
    ...twice(plan),
    ...split(links, input),
    ...withoutFacts(input),
    ...inNoWave(input),
    ...swaps(new Map([...waves].filter(([name]) => isAhead(plan, name))), parts, links, plan.throughput, limits),
  ].sort(
    (a, b) =>
      ranks[a.category] - ranks[b.category] ||
      (b.secondsWon ?? 0) - (a.secondsWon ?? 0) ||
      compareText(a.id, b.id) ||
      compareText(a.waves.join(), b.waves.join()) ||
      compareText(a.text, b.text),
  );
}

/** Nothing of the wave is migrated for good: its VMs may still change places. */
function isAhead({ waves }: CheckInput["plan"], name: string): boolean {
  const wave = waves[name];
  return wave !== undefined && !Object.keys(wave.vms).some((key) => decisionsFor(wave, key).phase === "accepted");
}

const finding = (
  category: WaveFinding["category"],
  id: string,
  waves: readonly string[],
  vms: readonly string[],
  text: string,
): WaveFinding => ({ category, id, waves, vms, text, secondsWon: null });

function overLimits(name: string, part: Part, limits: WaveLimits): WaveFinding[] {
  if (fitsAlone(part, limits)) return [];
  const tib = (bytes: number): string => `${(bytes / 2 ** 40).toFixed(2)} TiB`;
  const most = `${limits.maxVms} VMs${limits.maxBytes === Infinity ? "" : ` and ${tib(limits.maxBytes)}`}`;
  const text = `${part.vms.length} VMs and ${tib(part.capacityBytes)} are more than ${most}: move some to another wave`;
  return [finding("Warning", "wave.too-large", [name], [], text)];
}

function twice({ waves }: CheckInput["plan"]): WaveFinding[] {
  const wavesOf = new Map<string, string[]>();
  for (const [name, { vms }] of Object.entries(waves))
    for (const key of Object.keys(vms)) wavesOf.set(key, [...(wavesOf.get(key) ?? []), name]);
  return [...wavesOf]
    .filter(([, names]) => names.length > 1)
    .map(([key, names]) =>
      finding(
        "Critical",
        "vm.two-waves",
        names.sort(),
        [key],
        `${key} is in several waves: take it out of all but one`,
      ),
    );
}

/** Groups whose VMs are in several waves, or partly in none. */
function split(links: readonly Link[], { plan, archived }: CheckInput): WaveFinding[] {
  const waveOf = new Map<string, string>();
  for (const [name, { vms }] of Object.entries(plan.waves)) for (const key of Object.keys(vms)) waveOf.set(key, name);
  return links.flatMap((link) => {
    const here = link.vms.filter((vm) => waveOf.has(vm));
    const names = [...new Set(here.map((vm) => waveOf.get(vm) ?? ""))].sort();
    const outside = link.vms.filter((vm) => !waveOf.has(vm));
    const apart = names.length > 1 || (link.tier === HARD && names.length === 1 && outside.length > 0);
    if (!apart) return [];
    const rest = outside.map((vm) => `${vm} (${archived.has(vm) ? "archived" : "in no wave"})`);
    const where = [
      ...names.map((name) => `${shownVms(here.filter((vm) => waveOf.get(vm) === name))} (${name})`),
      ...rest,
    ];
    const what = `${shownLink(link)} is apart: ${where.join(", ")}`;
    if (link.tier === HARD)
      return [finding("Critical", `group.${link.kind}`, names, link.vms, `${what}. Put all of them into one wave`)];
    const category = link.tier === CLUSTER ? "Warning" : "Information";
    return [finding(category, `group.${link.kind}`, names, link.vms, `${what}. Better in one wave`)];
  });
}

function withoutFacts({ plan, estate }: CheckInput): WaveFinding[] {
  return Object.entries(plan.waves).flatMap(([name, { vms }]) => {
    const missing = Object.keys(vms).filter((key) => !estate.has(key));
    if (missing.length === 0) return [];
    const text = `no facts in the estate of ${shownVms(missing)}: read the inventory again, or take them out`;
    return [finding("Warning", "vm.no-facts", [name], missing, text)];
  });
}

function inNoWave({ plan, estate, archived }: CheckInput): WaveFinding[] {
  const placed = new Set(Object.values(plan.waves).flatMap(({ vms }) => Object.keys(vms)));
  const left = [...estate.values()].filter(({ key, template }) => !template && !placed.has(key) && !archived.has(key));
  if (left.length === 0) return [];
  const keys = left.map(({ key }) => key).sort();
  const text = `${keys.length} VM(s) in no wave: ${shownVms(keys)}. \`wavelift waves propose\` places them`;
  return [finding("Information", "vm.in-no-wave", [], keys, text)];
}
