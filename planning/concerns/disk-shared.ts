import { perVm, type Rule } from "./rule.ts";

export const diskShared: Rule = {
  id: "disk.shared",
  category: "Critical",
  label: "Disk is shared with other VMs",
  why: "Each VM would get a copy of its own, and the cluster's members would write into different disks.",
  check: (view) =>
    perVm(view, ({ facts }) =>
      facts.disks
        .filter(({ sharing, controller }) => sharing === "multiWriter" || controller.sharedBus !== "none")
        .map(({ deviceKey, sharing, controller }) => {
          const how = sharing === "multiWriter" ? "multi-writer" : `bus sharing ${controller.sharedBus}`;
          return `disk ${deviceKey} is shared (${how}): move the cluster's data another way, or waive this for one owner`;
        }),
    ),
};
