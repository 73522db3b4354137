import { type LiveChange, liveChanges } from "../live-changes.ts";
import type { Finding, WaveView } from "./rule.ts";

const again = "read the inventory again (wavelift inventory) and plan the wave again";

/** What is another now at the source of the wave's VMs, each change a finding. */
export function changesAtSource(
  { checked, begun, live }: WaveView,
  which: (change: LiveChange) => boolean,
): readonly Finding[] {
  return checked.flatMap(({ key, facts }): Finding[] => {
    const now = live.vms.get(key);
    if (now === undefined || now === null) return [];
    return (
      liveChanges(facts, now)
        .filter(which)
        // A VM that has begun is switched off by its own migration.
        .filter(({ text }) => !(begun.has(key) && text === "power: poweredOn -> poweredOff"))
        .map(({ category, text }) => ({
          vm: key,
          category,
          assessment: category === "Information" ? text : `${text}: ${again}`,
        }))
    );
  });
}
