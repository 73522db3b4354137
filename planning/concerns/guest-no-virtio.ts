import { shown } from "../../inventory/shown.ts";
import { lacksVirtio } from "../image-properties.ts";
import { perVm, type Rule } from "./rule.ts";

export const guestNoVirtio: Rule = {
  id: "guest.no-virtio",
  category: "Warning",
  label: "Guest may have no virtio drivers",
  why: "A guest without the driver of its disk does not boot; emulated devices are slower but known to it.",
  check: (view) =>
    perVm(view, ({ facts, choice: { boot } }) =>
      boot.ok && lacksVirtio(facts, boot.value.disk)
        ? [
            `guest id ${shown(facts.guestId)} is not known to have virtio drivers, so its devices are emulated. Where it ` +
              "has them, say so: imageProperties hw_disk_bus: scsi, hw_scsi_model: virtio-scsi, hw_vif_model: virtio",
          ]
        : [],
    ),
};
