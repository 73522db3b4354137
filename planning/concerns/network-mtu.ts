import { shown } from "../../inventory/shown.ts";
import { bySubject } from "./by-subject.ts";
import { checkedPorts } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

/** Ethernet's, and the default of vSphere, Hyper-V and libvirt; sources do not tell what their guests use. */
const USUAL = 1500;

export const networkMtu: Rule = {
  id: "network.mtu",
  category: "Warning",
  label: "Target's network takes smaller packets",
  about: "wave",
  why: "A guest whose MTU is set by hand, or kept by its system, goes on sending 1500 bytes: connections open, then hang.",
  about: "wave",
  check: (view) => {
    const found = checkedPorts(view).flatMap(({ vm, nic }) =>
      (view.offers.get(vm.target)?.networks ?? [])
        .filter(({ id, mtu }) => id === nic.networkId && mtu !== null && mtu < USUAL)
        .map((network) => ({ subject: network, id: network.id, what: vm.key })),
    );
    return bySubject(found).map(({ subject: { name, id, mtu }, whats }) => ({
      vm: null,
      assessment:
        `network ${shown(name || id)} has an MTU of ${mtu ?? 0}: DHCP tells the guests, where they ask; see that these have ` +
        `no MTU of ${USUAL} set by hand: ${whats}`,
    }));
  },
};
