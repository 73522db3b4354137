import type { PlannedVm } from "../../inventory/schema/wave.ts";
import { checkedVms } from "./planned-ports.ts";
import type { Finding, Rule } from "./rule.ts";

const advice =
  "put virtio drivers into the guest and name imageProperties hw_disk_bus: scsi, hw_scsi_model: virtio-scsi";

export const diskBusFull: Rule = {
  id: "disk.bus-full",
  category: "Critical",
  label: "More disks than the bus takes",
  why: "The server would go to ERROR at its start.",
  check: (view) =>
    checkedVms(view).flatMap((vm): Finding[] => {
      const limit = limitOf(vm);
      if (limit === null || vm.disks.length <= limit.places) return [];
      const assessment = `${vm.disks.length} disks, but ${limit.bus} takes ${limit.places}: ${advice}`;
      return [{ vm: vm.key, assessment, ...(limit.surely ? {} : { category: "Warning" }) }];
    }),
};

interface Limit {
  readonly bus: string;
  readonly places: number;
  /** false: some clouds take more. */
  readonly surely: boolean;
}

/**
 * Disks that the planned bus takes: IDE has 4 places (Nova itself refuses more), QEMU's AHCI controller 6 ports; a
 * virtio-scsi controller takes 256 targets, an emulated LSI or BusLogic one 7. For any other bus Nova named 26 disks and
 * no more before Stein, and with virtio each is a PCI device, of which the machine type pc has no more by itself; q35
 * takes hundreds. null: no limit that is known.
 */
function limitOf({ imageProperties }: PlannedVm): Limit | null {
  const bus = imageProperties["hw_disk_bus"];
  const model = imageProperties["hw_scsi_model"] ?? "lsilogic";
  switch (bus) {
    case "ide":
      return { bus, places: 4, surely: true };
    case "sata":
      return { bus, places: 6, surely: true };
    case "scsi":
      return model === "virtio-scsi"
        ? { bus: model, places: 256, surely: true }
        : { bus: `scsi (${model})`, places: 7, surely: true };
    case "virtio":
      return imageProperties["hw_machine_type"]?.includes("q35") === true ? null : { bus, places: 26, surely: false };
    default:
      return null;
  }
}
