import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const deviceSriov: FactRule = {
  id: "device.sriov",
  category: "Warning",
  label: "SR-IOV NIC",
  why: "The server gets an emulated or virtio NIC: the guest sees another card, and it is slower.",
  checkFacts: (view) =>
    perFacts(view, ({ devices }) =>
      devices
        .filter(({ kind }) => kind === "sriov")
        .map(
          ({ label }) =>
            `SR-IOV NIC ${shown(label)}: the server gets a NIC of another model. If it needs the speed, that takes a port of ` +
            "vnic_type direct, which Wavelift does not make",
        ),
    ),
};
