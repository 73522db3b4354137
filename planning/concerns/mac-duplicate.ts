import { shown } from "../../inventory/shown.ts";
import { checkedPorts, foreignPorts, plannedPorts, sameNetwork } from "./planned-ports.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

export const macDuplicate: Rule = {
  id: "mac.duplicate",
  category: "Critical",
  label: "MAC address is used twice",
  why: "A MAC address is unique in a Neutron network: the second port is refused in the middle of the run.",
  check: (view) => {
    const planned = plannedPorts(view);
    return checkedPorts(view).flatMap((port): Finding[] => {
      const { nic, vm } = port;
      if (nic.macAddress === null) return [];
      const twins = planned.filter(
        (other) => other.nic !== nic && other.nic.macAddress === nic.macAddress && sameNetwork(other, port),
      );
      const holders = [...twins.map(({ nic: twin }) => twin.key), ...inCloud(view, vm.target, nic)];
      return holders.map((holder) => ({
        vm: vm.key,
        assessment:
          `MAC ${nic.macAddress} of ${nic.key} is also that of ${holder} in network ${shown(nic.networkName)}: ` +
          "remove the other, or map one of them to another network",
      }));
    });
  },
};

function inCloud(view: WaveView, target: string, nic: { networkId: string; macAddress: string | null }): string[] {
  return foreignPorts(view, target)
    .filter(({ networkId, macAddress }) => networkId === nic.networkId && macAddress.toLowerCase() === nic.macAddress)
    .map(({ id, name }) => `port ${shown(id)} (${shown(name)})`);
}
