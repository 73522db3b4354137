import { type FactRule, perFacts } from "./fact-rule.ts";

export const changeTrackingOff: FactRule = {
  id: "change-tracking.off",
  category: "Information",
  label: "Changed block tracking is off",
  why: "A warm migration copies what changed since the last pass, and only the source can tell that. A cold one needs none.",
  checkFacts: (view) =>
    perFacts(view, ({ changeTracking, disks }) => {
      if (changeTracking === false)
        return ["changed block tracking is off for the VM: switch it on before a warm migration (not with snapshots)"];
      return disks
        .filter((disk) => disk.changeTracking === false)
        .map(
          ({ deviceKey }) =>
            `changed block tracking is off for disk ${deviceKey}: switch it on before a warm migration (not with snapshots)`,
        );
    }),
};
