import type { CloudOffer, OfferedNetwork, OfferedSubnet } from "../cloud/offer.ts";
import type { EstateNic } from "../inventory/schema/estate.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import { own } from "../inventory/own.ts";
import { shown } from "../inventory/shown.ts";
import { type Decision, decided, undecided } from "./decision.ts";
import type { Decisions } from "./overrides.ts";

/** Where a NIC goes: a network, and the one subnet its addresses must be of where the plan names it; or nowhere. */
export type NicPlace = "ignore" | { readonly network: OfferedNetwork; readonly subnet: OfferedSubnet | null };

/** The place of a NIC: what the plan says of the NIC, of the VM, of the source network for this target. */
export function chooseNetwork(nic: EstateNic, plan: Plan, decisions: Decisions, offer: CloudOffer): Decision<NicPlace> {
  const wanted = wantedNetwork(nic, plan, decisions);
  if (wanted === null) {
    return undecided(
      `network ${shown(nic.network)} of NIC ${nic.deviceKey} is not mapped: add it to the plan's networks ` +
        `(to a network of target ${decisions.target}, or to ignore)`,
    );
  }
  if (wanted.to === "ignore") return decided("ignore", wanted.reason);
  const network = onlyOne("network", wanted.to.network, offer.networks, decisions.target);
  if (!network.ok) return network;
  if (wanted.to.subnet === undefined) return decided({ network: network.value, subnet: null }, wanted.reason);
  const subnets = offer.subnets.filter(({ networkId }) => networkId === network.value.id);
  const subnet = onlyOne(`subnet of network ${shown(network.value.name)}`, wanted.to.subnet, subnets, decisions.target);
  return subnet.ok ? decided({ network: network.value, subnet: subnet.value }, wanted.reason) : subnet;
}

interface Wanted {
  readonly to: "ignore" | { readonly network: string; readonly subnet?: string | undefined };
  readonly reason: string;
}

/** The most special word of the plan wins; a `subnet` of the NIC alone narrows what the maps say. */
function wantedNetwork(nic: EstateNic, plan: Plan, decisions: Decisions): Wanted | null {
  const ofNic = own(decisions.nics, String(nic.deviceKey));
  if (ofNic?.ignore === true) return { to: "ignore", reason: "ignored in the plan for this NIC" };
  if (ofNic?.network !== undefined) {
    return { to: { network: ofNic.network, subnet: ofNic.subnet }, reason: "named in the plan for this NIC" };
  }
  const mapped = mappedNetwork(nic, plan, decisions);
  if (mapped === null || mapped.to === "ignore" || ofNic?.subnet === undefined) return mapped;
  return { to: { ...mapped.to, subnet: ofNic.subnet }, reason: `${mapped.reason}, subnet named for this NIC` };
}

function mappedNetwork(nic: EstateNic, plan: Plan, decisions: Decisions): Wanted | null {
  if (decisions.network !== undefined) return { to: decisions.network, reason: "named in the plan for this VM" };
  const ofTarget = own(own(plan.targets, decisions.target)?.networks, nic.network);
  if (ofTarget !== undefined) {
    return { to: ofTarget, reason: `network ${shown(nic.network)} on target ${decisions.target}` };
  }
  const ofPlan = own(plan.networks, nic.network);
  return ofPlan === undefined ? null : { to: ofPlan, reason: `network ${shown(nic.network)}` };
}

/** The thing of that id, else the only one of that name: names are not unique in OpenStack. */
function onlyOne<T extends { readonly id: string; readonly name: string }>(
  what: string,
  wanted: string,
  things: readonly T[],
  target: string,
): Decision<T> {
  const byId = things.find(({ id }) => id === wanted);
  if (byId !== undefined) return decided(byId, "by id");
  const byName = things.filter(({ name }) => name === wanted);
  if (byName.length > 1) {
    const ids = byName.map(({ id }) => shown(id)).sort();
    return undecided(
      `${what} ${shown(wanted)} is ambiguous on target ${target}: name one of the ids ${ids.join(", ")}`,
    );
  }
  const [only] = byName;
  if (only !== undefined) return decided(only, "by name");
  const names = [...new Set(things.map(({ name }) => shown(name)))].sort();
  return undecided(
    `${what} ${shown(wanted)} is not there on target ${target}: name one of ${names.slice(0, 8).join(", ") || "none"}`,
  );
}
