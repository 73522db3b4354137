import { newPorts } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

/** Neutron's default of max_allowed_address_pair. */
const PAIRS = 10;
/** Default of max_fixed_ips_per_port, which Neutron had before Zed. */
const ADDRESSES = 5;

export const portLimits: Rule = {
  id: "port.limits",
  category: "Warning",
  label: "Port has more addresses than is usual",
  why: "Neutron limits the address pairs of a port and, in older releases, its addresses; no API tells the limits of this cloud.",
  check: (view) =>
    newPorts(view).flatMap(({ vm, nic }) => {
      const over: [string, number, string, number][] = [
        ["allowed address pairs", nic.allowedAddressPairs.length, "max_allowed_address_pair", PAIRS],
        ["addresses", nic.fixedIps.length, "max_fixed_ips_per_port", ADDRESSES],
      ];
      return over
        .filter(([, count, , usual]) => count > usual)
        .map(([what, count, option, usual]) => ({
          vm: vm.key,
          assessment:
            `${nic.key} asks for ${count} ${what}; Neutron's ${option} is ${usual} unless the cloud's administrator has ` +
            "raised it: ask before the wave",
        }));
    }),
};
