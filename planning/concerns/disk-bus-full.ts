import { perVm, type Rule } from "./rule.ts";

/** Disks that one bus takes in a server: IDE has 4 places, QEMU's AHCI controller 6 ports. */
const places: Partial<Record<string, number>> = { ide: 4, sata: 6 };

export const diskBusFull: Rule = {
  id: "disk.bus-full",
  category: "Critical",
  label: "More disks than the bus takes",
  why: "The server would go to ERROR at its start.",
  check: (view) =>
    perVm(view, ({ key, facts }) => {
      const bus = view.file.vms.find((vm) => vm.key === key)?.imageProperties["hw_disk_bus"] ?? "";
      const limit = places[bus];
      return limit === undefined || facts.disks.length <= limit
        ? []
        : [
            `${facts.disks.length} disks, but ${bus} takes ${limit}: put virtio drivers into the guest and name ` +
              "imageProperties hw_disk_bus: scsi, hw_scsi_model: virtio-scsi",
          ];
    }),
};
