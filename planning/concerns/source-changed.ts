import { type LiveChange, liveChanges } from "../live-changes.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

const again = "read the inventory again (wavelift inventory vsphere) and plan the wave again";

/** Hard: it is put right by reading again, which loses nothing, while a waiver for one disk would be one for the next. */
export const sourceDataChanged: Rule = {
  id: "source.data-changed",
  category: "Critical",
  label: "What would be copied is another at the source than in the estate",
  why:
    "What is migrated was decided from the estate. A disk that was added since would be left behind, a grown one cut " +
    "off, a file that became a snapshot's base would be an older state.",
  hard: true,
  check: (view) => findings(view, ({ category }) => category === "Critical"),
};

export const sourceChanged: Rule = {
  id: "source.changed",
  category: "Warning",
  label: "The VM is another at its source than in the estate",
  why: "The server would be what the VM was when the estate was written: its memory, CPUs, networks.",
  check: (view) => findings(view, ({ category }) => category !== "Critical"),
};

function findings({ checked, begun, live }: WaveView, which: (change: LiveChange) => boolean): Finding[] {
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
