import { shown } from "../../inventory/shown.ts";
import { sourceOf } from "../source-of.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const datastoreMissing: FactRule = {
  id: "datastore.missing",
  category: "Critical",
  label: "Datastore is not known to the source",
  why: "A disk whose datastore the source does not have any more cannot be read.",
  checkFacts: (view) =>
    perFacts(view, (vm) => {
      const known = sourceOf(vm, view.sources)?.datastores ?? [];
      // A source that lists none (files, an older reading) says nothing of any.
      if (known.length === 0) return [];
      return vm.disks
        .filter(({ datastore }) => !known.some(({ name }) => name === datastore))
        .map(
          ({ deviceKey, datastore }) =>
            `datastore ${shown(datastore)} of disk ${deviceKey} is not among the ${known.length} that the source has: ` +
            "mount it there again, or move the disk, and read the inventory again",
        );
    }),
};
