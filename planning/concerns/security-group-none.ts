import { decidedNetwork } from "../nic.ts";
import { perVm, type Rule } from "./rule.ts";

export const securityGroupNone: Rule = {
  id: "security-group.none",
  category: "Warning",
  label: "NIC has no security group",
  why: "A port without a security group lets nothing in and nothing out.",
  check: (view) =>
    perVm(view, ({ choice }) =>
      choice.nics
        .filter((nic) => nic.planned?.securityGroups.length === 0 && decidedNetwork(nic)?.portSecurityEnabled === true)
        .map(
          (nic) =>
            `NIC ${nic.facts.deviceKey}: name securityGroups for it, the VM or the wave, or defaultSecurityGroups`,
        ),
    ),
};
