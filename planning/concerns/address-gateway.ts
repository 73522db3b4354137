import { checkedPorts } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

export const addressGateway: Rule = {
  id: "address.gateway",
  category: "Critical",
  label: "Address is the subnet's gateway",
  why: "Two holders of the gateway's address cut the whole subnet off.",
  check: (view) =>
    checkedPorts(view).flatMap(({ vm, nic }) =>
      nic.fixedIps
        .filter(({ subnetId, ipAddress }) =>
          (view.offers.get(vm.target)?.subnets ?? []).some(
            ({ id, gatewayIp }) => id === subnetId && gatewayIp === ipAddress,
          ),
        )
        .map(({ ipAddress, subnetId }) => ({
          vm: vm.key,
          assessment:
            `${ipAddress} of ${nic.key} is the gateway of subnet ${subnetId}: use a subnet without that gateway ` +
            "(the VM is the router), or name other addresses",
        })),
    ),
};
