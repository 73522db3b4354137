import type { EstateDisk } from "../../inventory/schema/estate.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskShared: FactRule = {
  id: "disk.shared",
  category: "Critical",
  label: "Disk is shared with other VMs",
  why: "Each VM would get a copy of its own, and the cluster's members would write into different disks.",
  checkFacts: (view) =>
    perFacts(view, ({ disks }) =>
      disks.flatMap((disk) => {
        const how = waysOf(disk);
        return how.length === 0
          ? []
          : [
              `disk ${disk.deviceKey} is shared (${how.join(", ")}): ` +
                "move the cluster's data another way, or waive this for one owner",
            ];
      }),
    ),
};

function waysOf({ sharing, controller, sharedWith }: EstateDisk): string[] {
  return [
    ...(sharing === "multiWriter" ? ["multi-writer"] : []),
    ...(controller.sharedBus === "none" ? [] : [`bus sharing ${controller.sharedBus}`]),
    ...(sharedWith.length === 0 ? [] : [`the same as a disk of ${sharedWith.join(", ")}`]),
  ];
}
