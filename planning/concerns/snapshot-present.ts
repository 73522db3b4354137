import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const snapshotPresent: FactRule = {
  id: "snapshot.present",
  category: "Critical",
  label: "VM has snapshots",
  why: "With a snapshot the disk is a chain of files: the file that the estate names may hold an older state than the guest sees.",
  checkFacts: (view) =>
    perFacts(view, ({ snapshots }) => {
      const names = snapshots.slice(0, 3).map(({ name }) => shown(name, 40));
      const more = snapshots.length > names.length ? ", ..." : "";
      return snapshots.length === 0
        ? []
        : [
            `${snapshots.length} snapshots (${names.join(", ")}${more}): remove them, consolidate and read the source again`,
          ];
    }),
};
