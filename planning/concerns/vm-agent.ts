import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

/** Names that vSphere gives VMs of its own. */
const own: readonly { readonly name: RegExp; readonly what: string }[] = [
  { name: /^vCLS[-( ]/, what: "an agent of vSphere's cluster services" },
  { name: /^(VMware )?(vCenter|vcsa)\b|vCenter Server Appliance/i, what: "a vCenter" },
  { name: /^(NSX|Avi|SupervisorControlPlaneVM)\b/i, what: "an appliance of VMware" },
];

export const vmAgent: FactRule = {
  id: "vm.agent",
  category: "Warning",
  label: "VM of VMware itself",
  why: "Agents and appliances of the source have no work in OpenStack; vSphere makes agents anew as soon as they are off.",
  checkFacts: (view) =>
    perFacts(view, ({ name }) => {
      const found = own.find((one) => one.name.test(name));
      return found === undefined ? [] : [`${shown(name)} looks like ${found.what}: take it out of the wave`];
    }),
};
