import type { Join } from "./join.ts";
import type { Link } from "./link.ts";
import { fits, type Part, type WaveLimits } from "./part.ts";
import type { Placed } from "./placed.ts";

/** A group whose VMs are not all in one wave. */
export interface Torn {
  readonly link: Link;
  /** Sorted. */
  readonly waves: readonly string[];
  readonly reason: string;
}

/** A wave as far as this needs it. */
interface WaveOfVms {
  readonly name: string;
  readonly part: Part;
  readonly held: boolean;
}

/** The groups that the proposal puts into several waves, or adds to one of several. */
export function tornLinks(
  links: readonly Link[],
  proposal: {
    readonly waves: readonly WaveOfVms[];
    readonly joins: readonly Join[];
    readonly placed: Placed;
    readonly parts: ReadonlyMap<string, Part>;
    readonly limits: WaveLimits;
  },
): Torn[] {
  const { waves, joins, placed, parts, limits } = proposal;
  const fresh = new Map([
    ...waves.flatMap(({ name, part }) => part.vms.map((vm) => [vm, name] as const)),
    ...joins.flatMap(({ wave, vms }) => vms.map((vm) => [vm, wave] as const)),
  ]);
  const held = new Set(waves.filter((wave) => wave.held).map(({ name }) => name));
  return links.flatMap((link) => {
    if (!link.vms.some((vm) => fresh.has(vm))) return [];
    const names = link.vms.map((vm) => fresh.get(vm) ?? placed.waveOf.get(vm) ?? placed.archivedIn.get(vm));
    const distinct = [...new Set(names.filter((name) => name !== undefined))].sort();
    if (distinct.length < 2) return [];
    const capacityBytes = link.vms.reduce((sum, vm) => sum + (parts.get(vm)?.capacityBytes ?? 0), 0);
    const reason = !fits({ vms: link.vms.length, capacityBytes }, limits)
      ? `larger than a wave: ${link.vms.length} VMs, ${(capacityBytes / 2 ** 40).toFixed(1)} TiB`
      : link.vms.some((vm) => !fresh.has(vm))
        ? "a part of it is in a wave already"
        : distinct.some((name) => held.has(name))
          ? "with other groups that it overlaps it is larger than a wave, and a part comes last for its Critical concerns"
          : "with other groups that it overlaps it is larger than a wave";
    return [{ link, waves: distinct, reason }];
  });
}
