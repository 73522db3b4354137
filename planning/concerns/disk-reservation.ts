import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskReservation: FactRule = {
  id: "disk.reservation",
  category: "Critical",
  label: "Cluster uses SCSI reservations",
  why: "A bus is shared for clusters that fence with SCSI-3 reservations (WSFC); an RBD volume has none, so nothing fences.",
  checkFacts: (view) =>
    perFacts(view, ({ disks }) =>
      disks
        .filter(({ controller }) => controller.sharedBus !== "none")
        .map(
          ({ deviceKey, controller }) =>
            `disk ${deviceKey} is on a bus shared ${controller.sharedBus}: give the cluster iSCSI or SMB storage of its own ` +
            "(in the guest), or another kind of fencing, before it moves",
        ),
    ),
};
