import { isIPv4 } from "node:net";
import { shown } from "../../inventory/shown.ts";
import { isLinkLocal } from "../address.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const addressSeveral: FactRule = {
  id: "address.several",
  category: "Information",
  label: "NIC has several addresses",
  why: "Its port gets all of them, but DHCP hands out one: the others are there only if the guest sets them by itself.",
  checkFacts: (view) =>
    perFacts(view, ({ nics }) =>
      nics.flatMap(({ deviceKey, addresses }) => {
        const own = addresses.map(({ address }) => address).filter((one) => isIPv4(one) && !isLinkLocal(one));
        return own.length < 2
          ? []
          : [
              `NIC ${deviceKey} has ${own.length} IPv4 addresses (${shown(own.join(", "), 120)}): one that moves between VMs ` +
                "is a cluster's: name it as `vips` in the plan; see that the guest has the others in its own settings",
            ];
      }),
    ),
};
