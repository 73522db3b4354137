import { type FactRule, perFacts } from "./fact-rule.ts";

export const consolidationNeeded: FactRule = {
  id: "consolidation.needed",
  category: "Warning",
  label: "Disks need consolidation",
  why: "Files of deleted snapshots are left: the disk is a chain, and the cutover of a warm migration takes long.",
  checkFacts: (view) =>
    perFacts(view, ({ consolidationNeeded: needed }) =>
      needed === true
        ? ["the source says that disks need consolidation: consolidate them there, then read the inventory again"]
        : [],
    ),
};
