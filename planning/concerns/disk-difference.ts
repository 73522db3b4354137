import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskDifference: FactRule = {
  id: "disk.difference",
  category: "Critical",
  label: "Disk is only a difference to another file",
  why: "A snapshot's or differencing disk holds what changed since its parent: alone it is no disk.",
  checkFacts: (view) =>
    perFacts(view, ({ disks, source }) =>
      disks.flatMap(({ deviceKey, file, parentFile }) =>
        parentFile === null
          ? []
          : [
              `disk ${deviceKey} (${shown(file)}) is only a difference to ${shown(parentFile)}, expected a whole disk: ` +
                `${source.kind === "hyperv" ? "merge its checkpoints (or the differencing chain)" : "remove the VM's snapshots and consolidate"}, ` +
                "then read the inventory again",
            ],
      ),
    ),
};
