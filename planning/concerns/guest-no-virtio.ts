import { shown } from "../../inventory/shown.ts";
import { chooseBootDisk } from "../boot-disk.ts";
import { lacksVirtio } from "../image-properties.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

/** By the facts' own boot disk: where the plan declares another one, that is on the same controller in practice. */
export const guestNoVirtio: FactRule = {
  id: "guest.no-virtio",
  category: "Warning",
  label: "Guest may have no virtio drivers",
  why: "A guest without the driver of its disk does not boot; emulated devices are slower but known to it.",
  checkFacts: (view) =>
    perFacts(view, (facts) => {
      const boot = chooseBootDisk(facts.disks, undefined);
      return boot.ok && lacksVirtio(facts, boot.value.disk)
        ? [
            `guest id ${shown(facts.guestId)} is not known to have virtio drivers, so its devices are emulated. Where it ` +
              "has them, say so: imageProperties hw_disk_bus: scsi, hw_scsi_model: virtio-scsi, hw_vif_model: virtio",
          ]
        : [];
    }),
};
