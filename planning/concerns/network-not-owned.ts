import type { CloudOffer } from "../../cloud/offer.ts";
import type { PlannedNic } from "../../inventory/schema/wave.ts";
import { shown } from "../../inventory/shown.ts";
import { decidedNetwork } from "../nic.ts";
import { perVm, type Rule } from "./rule.ts";

/**
 * Roles that may choose MAC and addresses on networks of other projects (neutron/conf/policies/base.py): `advsvc`, which
 * Neutron calls context_is_advsvc. Address pairs are for owners and administrators alone.
 */
const SERVICE_ROLE = "advsvc";

export const networkNotOwned: Rule = {
  id: "network.not-owned",
  category: "Critical",
  label: "MAC and address may not be chosen here",
  why: "Neutron answers 403 to a member who asks for a MAC, fixed IP or address pair on a network that the project does not own, shared or not.",
  check: (view) =>
    perVm(view, ({ choice, offer, decisions }) =>
      choice.nics.flatMap(({ facts, ...nic }) => {
        const network = decidedNetwork({ facts, ...nic });
        if (network === null || network.projectId === offer.projectId) return [];
        const forbidden = forbiddenOf(nic.planned, offer);
        if (forbidden.length === 0) return [];
        return [
          `network ${shown(network.name)} of NIC ${facts.deviceKey} belongs to project ${shown(network.projectId)}, and the ` +
            `credentials of target ${decisions.target} may not choose ${forbidden.join(", ")} there (they carry no admin ` +
            "role). Use a network of the project; or credentials with the role admin in it; or have the cloud's " +
            `administrator allow it to a role of yours in Neutron's policy (${policiesOf(forbidden)})`,
        ];
      }),
    ),
};

const policies = {
  "a MAC address": "create_port:mac_address",
  "a fixed IP": "create_port:fixed_ips:ip_address",
  "address pairs": "create_port:allowed_address_pairs",
};
type Wish = keyof typeof policies;

/** What the port asks for and these credentials may not; of a port that is not decided yet all that a port may ask for. */
function forbiddenOf(nic: PlannedNic | null, { isAdmin, roles }: CloudOffer): Wish[] {
  if (isAdmin) return [];
  const isService = roles.includes(SERVICE_ROLE);
  const hasMac = nic === null || nic.macAddress !== null;
  const hasAddress = nic === null || nic.fixedIps.length > 0;
  const hasPairs = nic !== null && nic.allowedAddressPairs.length > 0;
  return [
    ...(isService || !hasMac ? [] : (["a MAC address"] as const)),
    ...(isService || !hasAddress ? [] : (["a fixed IP"] as const)),
    ...(hasPairs ? (["address pairs"] as const) : []),
  ];
}

function policiesOf(wishes: readonly Wish[]): string {
  return wishes.map((wish) => policies[wish]).join(", ");
}
