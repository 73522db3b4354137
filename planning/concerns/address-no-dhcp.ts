import { shown } from "../../inventory/shown.ts";
import type { OfferedSubnet } from "../../cloud/offer.ts";
import { bySubject } from "./by-subject.ts";
import { checkedPorts, type PlannedPort } from "./planned-ports.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

export const addressNoDhcp: Rule = {
  id: "address.no-dhcp",
  category: "Warning",
  label: "No DHCP in the target's subnet",
  about: "both",
  why: "A guest that asks for its address by DHCP gets none there. The source does not tell which guests do.",
  about: "both",
  check: (view) => [...withoutAddress(view), ...withAddress(view)],
};

/** A port of any address: nothing but DHCP tells the guest which. */
function withoutAddress(view: WaveView): Finding[] {
  return checkedPorts(view)
    .filter(({ nic }) => nic.fixedIps.length === 0)
    .map((port) => ({ port, subnets: subnetsAt(view, port) }))
    .filter(({ subnets }) => subnets.length > 0 && subnets.every((subnet) => !subnet.dhcp && !subnet.automatic))
    .map(({ port: { vm, nic } }) => ({
      vm: vm.key,
      assessment:
        `${nic.key} gets any address of network ${shown(nic.networkName)}, where no DHCP tells the guest which: name its ` +
        `addresses in the plan (nics: {"${nic.deviceKey}": {addresses: [...]}}), or have enable_dhcp set for a subnet`,
    }));
}

/** The address is kept: a guest that is configured by hand has it. */
function withAddress(view: WaveView): Finding[] {
  const found = checkedPorts(view).flatMap((port) =>
    subnetsAt(view, port)
      .filter(({ id, dhcp, automatic }) => !dhcp && !automatic && port.nic.fixedIps.some((ip) => ip.subnetId === id))
      .map((subnet) => ({ subject: subnet, id: subnet.id, what: port.vm.key })),
  );
  return bySubject(found).map(({ subject: { name, id }, whats }) => ({
    vm: null,
    category: "Information",
    assessment: `subnet ${shown(name || id)} has no DHCP: see that these guests have their addresses set by hand: ${whats}`,
  }));
}

function subnetsAt(view: WaveView, { vm, nic }: PlannedPort): OfferedSubnet[] {
  return (view.offers.get(vm.target)?.subnets ?? []).filter(({ networkId }) => networkId === nic.networkId);
}
