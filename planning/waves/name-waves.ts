import { APPLICATION, type Link } from "./link.ts";
import type { Part } from "./part.ts";
import type { ProposedWave, ProposeInput } from "./propose.ts";
import { waveNamer } from "./wave-name.ts";

/** Gives proposed waves their names and the groups that they hold. A wave of one application is named after that, too. */
export function nameWaves(
  waves: readonly Omit<ProposedWave, "name" | "links">[],
  { plan, archived, prefix }: ProposeInput,
  links: readonly Link[],
): ProposedWave[] {
  const nameOf = waveNamer(prefix, [...Object.keys(plan.waves), ...archived.keys()], waves.length);
  const inside = linksInside(
    waves.map(({ part }) => part),
    links,
  );
  return waves.map((wave, at) => {
    const own = inside[at] ?? [];
    const only = own.find(({ tier, vms }) => tier >= APPLICATION && vms.length === wave.part.vms.length);
    return { ...wave, name: nameOf(only?.name ?? null), links: own };
  });
}

/** For each part the links of which it holds more than one VM, with these VMs only; the strongest first. */
export function linksInside(parts: readonly Part[], links: readonly Link[]): Link[][] {
  const partOf = new Map(parts.flatMap(({ vms }, at) => vms.map((vm) => [vm, at] as const)));
  const inside: Link[][] = parts.map(() => []);
  for (const link of links) {
    const here = new Map<number, string[]>();
    for (const vm of link.vms) {
      const at = partOf.get(vm);
      if (at === undefined) continue;
      const list = here.get(at);
      if (list === undefined) here.set(at, [vm]);
      else list.push(vm);
    }
    for (const [at, vms] of here) if (vms.length > 1) inside[at]?.push({ ...link, vms });
  }
  return inside;
}
