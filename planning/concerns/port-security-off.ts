import { shown } from "../../inventory/shown.ts";
import { decidedNetwork } from "../nic.ts";
import { perVm, type Rule } from "./rule.ts";

export const portSecurityOff: Rule = {
  id: "port-security.off",
  category: "Warning",
  label: "Network without port security",
  why: "Security groups cannot be set there: everything that reaches the network reaches the server.",
  check: (view) =>
    perVm(view, ({ choice }) =>
      choice.nics
        .filter((nic) => decidedNetwork(nic)?.portSecurityEnabled === false)
        .map(
          (nic) =>
            `NIC ${nic.facts.deviceKey} gets no security group: network ${shown(decidedNetwork(nic)?.name ?? "")}`,
        ),
    ),
};
