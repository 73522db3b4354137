import { canonicalAddress } from "../address.ts";
import { perVm, type Rule } from "./rule.ts";

export const vipUnreached: Rule = {
  id: "vip.unreached",
  category: "Critical",
  label: "Cluster address is in no subnet of the VM",
  why: "Neutron drops the packets of an address that no port allows: the cluster's service would not fail over.",
  check: (view) =>
    perVm(view, ({ choice, facts }) => {
      const nics = choice.nics.flatMap(({ planned }) => (planned === null ? [] : [planned]));
      // While a NIC is undecided its own rule speaks; where port security is off nothing needs to be allowed.
      if (nics.length === 0 || choice.nics.some(({ place }) => !place.ok)) return [];
      if (
        choice.nics.some(
          ({ place }) => place.ok && place.value !== "ignore" && !place.value.network.portSecurityEnabled,
        )
      ) {
        return [];
      }
      const allowed = new Set(nics.flatMap((nic) => nic.allowedAddressPairs.map(({ ipAddress }) => ipAddress)));
      return [...new Set(facts.vips.map(canonicalAddress))]
        .filter((vip) => !allowed.has(vip))
        .map((vip) => `cluster address ${vip} is in no subnet of the VM's networks: map the NIC that carries it`);
    }),
};
