import type { Plan } from "../../inventory/schema/plan.ts";
import { decisionsFor } from "../overrides.ts";

/** Where VMs are already. */
export interface Placed {
  /** VM -> the wave of the plan that holds it; of several, the first by name. */
  readonly waveOf: ReadonlyMap<string, string>;
  /** VM -> the archived wave that holds it. */
  readonly archivedIn: ReadonlyMap<string, string>;
  /** VMs of the plan that are accepted: they are at the target for good. */
  readonly accepted: ReadonlySet<string>;
}

/** @param archived names of archived waves with the keys of their VMs */
export function placedVms({ waves }: Pick<Plan, "waves">, archived: ReadonlyMap<string, readonly string[]>): Placed {
  const waveOf = new Map<string, string>();
  const accepted = new Set<string>();
  for (const [name, wave] of Object.entries(waves).sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const key of Object.keys(wave.vms)) {
      if (!waveOf.has(key)) waveOf.set(key, name);
      if (decisionsFor(wave, key).phase === "accepted") accepted.add(key);
    }
  const archivedIn = new Map([...archived].flatMap(([name, keys]) => keys.map((key) => [key, name] as const)));
  return { waveOf, archivedIn, accepted };
}
