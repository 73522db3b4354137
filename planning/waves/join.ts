import { compareText } from "../../inventory/order.ts";
import type { LinkIndex } from "./components.ts";
import { HARD, type Link, push, shownLink } from "./link.ts";
import { fits, merged, type Part, type WaveLimits } from "./part.ts";
import type { Placed } from "./placed.ts";

/** VMs that go into a wave that is there already, because of those that it holds. */
export interface Join {
  readonly wave: string;
  readonly vms: readonly string[];
  readonly reason: string;
}

/** A VM that gets no wave, and why. */
export interface LeftOut {
  readonly vm: string;
  readonly reason: string;
}

/** What joining needs. */
export interface Joining {
  readonly parts: ReadonlyMap<string, Part>;
  readonly index: LinkIndex;
  readonly placed: Placed;
  /** Waves that have been planned (they have a wave file): only what cannot go elsewhere is added to them. */
  readonly settled: ReadonlySet<string>;
  /**
   * Whether links up to a tier bind these VMs to one with Critical concerns that has no wave either: they stay with it
   * rather than join a wave for the sake of a link that is no stronger.
   */
  readonly boundToHeld: (keys: readonly string[], tier: number) => boolean;
  readonly limits: WaveLimits;
}

export type Joined = { readonly join: Join } | { readonly leftOut: readonly LeftOut[] } | null;

/** Fills waves that are there; it remembers what it has put where. */
export function joiner(joining: Joining): (unit: readonly string[]) => Joined {
  const { parts, placed } = joining;
  const partOf = (keys: readonly string[]): Part =>
    merged(keys.map((key) => parts.get(key)).filter((part) => part !== undefined));
  const members = new Map<string, string[]>();
  for (const [key, wave] of placed.waveOf) push(members, wave, key);
  const content = new Map([...members].map(([wave, keys]) => [wave, { ...partOf(keys), count: keys.length }]));
  const hasRoom = (wave: string, part: Part): boolean => {
    const { count, capacityBytes } = content.get(wave) ?? { count: 0, capacityBytes: 0 };
    const sum = { vms: count + part.vms.length, capacityBytes: capacityBytes + part.capacityBytes };
    return fits(sum, joining.limits);
  };
  const counts = new Map<Link, ReadonlyMap<string, number>>();
  const countsOf = (link: Link): ReadonlyMap<string, number> => {
    const known = counts.get(link) ?? countByWave(link, placed);
    counts.set(link, known);
    return known;
  };
  return (unit) => {
    const part = partOf(unit);
    const found = hardPlace(unit, joining) ?? softPlace(unit, joining, (wave) => hasRoom(wave, part), countsOf);
    if (found === null || "leftOut" in found) return found;
    const { wave, link } = found;
    const before = content.get(wave) ?? { ...partOf([]), count: 0 };
    content.set(wave, { ...merged([before, part]), count: before.count + unit.length });
    return { join: { wave, vms: unit, reason: shownLink(link) } };
  };
}

interface Place {
  readonly wave: string;
  readonly link: Link;
}

/** Where the VMs must go, or why they can go nowhere; null: nothing holds them anywhere. */
function hardPlace(unit: readonly string[], { index, placed }: Joining): Place | { leftOut: LeftOut[] } | null {
  const bound = unit.flatMap((key) =>
    (index.get(key) ?? [])
      .filter(({ tier }) => tier === HARD)
      .flatMap((link) => link.vms.map((partner) => ({ link, partner }))),
  );
  const gone = bound.find(({ partner }) => placed.archivedIn.has(partner) || placed.accepted.has(partner));
  if (gone !== undefined) {
    const where = placed.archivedIn.get(gone.partner) ?? placed.waveOf.get(gone.partner) ?? "";
    const reason = `${shownLink(gone.link)} with ${gone.partner}, which wave ${where} has migrated already`;
    return { leftOut: unit.map((vm) => ({ vm, reason })) };
  }
  const places = bound.flatMap(({ link, partner }) => {
    const wave = placed.waveOf.get(partner);
    return wave === undefined ? [] : [{ wave, link }];
  });
  const waves = [...new Set(places.map(({ wave }) => wave))].sort();
  if (waves.length > 1) {
    const links = [...new Set(places.map(({ link }) => shownLink(link)))].sort().join(", ");
    const reason = `bound (${links}) to VMs of waves ${waves.join(" and ")}: put these into one wave first`;
    return { leftOut: unit.map((vm) => ({ vm, reason })) };
  }
  return places[0] ?? null;
}

/** The wave that most of its strongest group is in, if that has room and is not planned yet. */
function softPlace(
  unit: readonly string[],
  { index, settled, boundToHeld }: Joining,
  hasRoom: (wave: string) => boolean,
  countsOf: (link: Link) => ReadonlyMap<string, number>,
): Place | null {
  const links = [...new Set(unit.flatMap((key) => index.get(key) ?? []))].filter(({ tier }) => tier > HARD);
  const places = links.flatMap((link) => [...countsOf(link)].map(([wave, count]) => ({ wave, link, count })));
  const found = places
    .filter(({ wave, link }) => !settled.has(wave) && hasRoom(wave) && !boundToHeld(unit, link.tier))
    .sort(
      (a, b) =>
        a.link.tier - b.link.tier ||
        b.count - a.count ||
        compareText(a.wave, b.wave) ||
        compareText(a.link.name, b.link.name),
    );
  return found[0] ?? null;
}

function countByWave({ vms }: Link, { waveOf, accepted }: Placed): Map<string, number> {
  const counts = new Map<string, number>();
  for (const vm of vms) {
    const wave = waveOf.get(vm);
    if (wave !== undefined && !accepted.has(vm)) counts.set(wave, (counts.get(wave) ?? 0) + 1);
  }
  return counts;
}
