import { shown } from "../../inventory/shown.ts";
import { decidedNetwork, type NicDecision } from "../nic.ts";
import type { KnownSubject } from "../subject.ts";
import { perVm, type Rule } from "./rule.ts";

export const addressOutsideSubnet: Rule = {
  id: "address.outside-subnet",
  category: "Critical",
  label: "Address is in no subnet of its network",
  why: "Neutron refuses a fixed IP outside the subnet; the server would not keep its address.",
  hard: true,
  check: (view) => perVm(view, (subject) => subject.choice.nics.flatMap((nic) => outside(nic, subject))),
};

function outside(nic: NicDecision, { offer }: KnownSubject): string[] {
  const network = decidedNetwork(nic);
  const subnets = offer.subnets.filter(({ networkId }) => networkId === network?.id).map(({ cidr }) => shown(cidr));
  const named = nic.place.ok && nic.place.value !== "ignore" ? nic.place.value.subnet : null;
  const expected =
    named === null ? `one of ${subnets.sort().join(", ") || "no subnet"}` : `${shown(named.cidr)}, named`;
  return nic.outside.map(
    (address) =>
      `${address} of NIC ${nic.facts.deviceKey} is not in network ${shown(network?.name ?? "")} (${expected}): ` +
      "map the NIC to another network, or name its addresses in the plan (nics)",
  );
}
