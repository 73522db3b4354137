import { shown } from "../../inventory/shown.ts";
import { newPorts, subnetsOf } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

export const addressAutomatic: Rule = {
  id: "address.automatic",
  category: "Critical",
  label: "Address cannot be chosen in this subnet",
  why: "In a subnet with SLAAC or stateless DHCPv6 the address follows from the MAC: Neutron refuses a port that asks for one.",
  check: (view) =>
    newPorts(view).flatMap((port) =>
      subnetsOf(view, port)
        .filter(({ subnet }) => subnet.automatic)
        .map(({ ipAddress, subnet }) => ({
          vm: port.vm.key,
          assessment:
            `${ipAddress} of ${port.nic.key} is in subnet ${shown(subnet.name || subnet.id)}, which gives each port the ` +
            `address of its MAC: name only the other addresses in the plan (nics: {"${port.nic.deviceKey}": {addresses: ` +
            "[...]}}), or have a subnet with ipv6_address_mode dhcpv6-stateful or none",
        })),
    ),
};
