import { shown } from "../../inventory/shown.ts";
import { decidedNetwork } from "../nic.ts";
import { perVm, type Rule } from "./rule.ts";

export const networkNotOwned: Rule = {
  id: "network.not-owned",
  category: "Critical",
  label: "MAC and address may not be chosen here",
  why: "Neutron answers 403 to a member who asks for a fixed IP or MAC on a network that the project does not own.",
  check: (view) =>
    perVm(view, ({ choice, offer, decisions }) =>
      choice.nics.flatMap((nic) => {
        const network = decidedNetwork(nic);
        if (network === null || offer.isAdmin || network.projectId === offer.projectId) return [];
        return [
          `network ${shown(network.name)} of NIC ${nic.facts.deviceKey} belongs to project ${shown(network.projectId)}, ` +
            `and the credentials of target ${decisions.target} carry no admin role: use a network of the project, or admin`,
        ];
      }),
    ),
};
