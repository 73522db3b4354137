import { type FactRule, perFacts } from "./fact-rule.ts";

export const snapshotUnknown: FactRule = {
  id: "snapshot.unknown",
  category: "Warning",
  label: "Snapshots are unknown",
  why: "With a snapshot the disk is a chain of files: the file that the estate names may hold an older state than the guest sees.",
  checkFacts: (view) =>
    perFacts(view, ({ notTold }) =>
      notTold.includes("snapshots")
        ? ["the source does not tell of snapshots: see that the VM has none, or read it again with its tab vSnapshot"]
        : [],
    ),
};
