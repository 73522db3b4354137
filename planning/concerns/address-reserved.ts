import { reservedAddress } from "../address.ts";
import { newPorts, subnetsOf } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

export const addressReserved: Rule = {
  id: "address.reserved",
  category: "Critical",
  label: "Address is the subnet's own",
  why: "Neutron refuses a port with the network or broadcast address of its subnet. Often the target's subnet is smaller than the source's.",
  check: (view) =>
    newPorts(view).flatMap((port) =>
      subnetsOf(view, port).flatMap(({ ipAddress, subnet }) => {
        const what = reservedAddress(ipAddress, subnet.cidr);
        return what === null
          ? []
          : [
              {
                vm: port.vm.key,
                assessment:
                  `${ipAddress} of ${port.nic.key} is the ${what} address of ${subnet.cidr}: make the target's subnet as ` +
                  "large as the source's, or name other addresses in the plan (nics)",
              },
            ];
      }),
    ),
};
