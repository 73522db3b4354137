import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const macUnknown: FactRule = {
  id: "mac.unknown",
  category: "Warning",
  label: "NIC has no MAC address",
  why: "The guest gets a new MAC: licences, DHCP reservations and udev or NetworkManager rules may hang on the old one.",
  checkFacts: (view) =>
    perFacts(view, (facts) =>
      facts.nics
        .filter(({ macAddress }) => macAddress === null)
        .map(
          ({ deviceKey, network }) =>
            `the source tells no MAC of NIC ${deviceKey} (${shown(network)}): OpenStack gives it one. See what in the guest ` +
            "goes by the old one (licences, DHCP, names of interfaces), or read the VM where it runs",
        ),
    ),
};
