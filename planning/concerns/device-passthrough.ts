import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const devicePassthrough: FactRule = {
  id: "device.passthrough",
  category: "Critical",
  label: "Passthrough device",
  why: "A device of the host (GPU, HBA, dongle) does not move with the VM; what needs it stops.",
  checkFacts: (view) =>
    perFacts(view, ({ devices }) =>
      devices
        .filter(({ kind }) => kind === "passthrough")
        .map(
          ({ label }) =>
            `passthrough device ${shown(label)}: take it out of the VM, or name a flavor with such a device ` +
            "(pci_passthrough:alias, resources:VGPU) and waive this with the reason",
        ),
    ),
};
