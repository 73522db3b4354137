import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmNoNic: FactRule = {
  id: "vm.no-nic",
  category: "Information",
  label: "VM has no NIC",
  why: "Its server has no port: nothing reaches it but its console, and health checks by network cannot pass.",
  checkFacts: (view) =>
    perFacts(view, ({ nics }) =>
      nics.length === 0
        ? ["the VM has no NIC: name a check of kind console in the plan, the default asks an address"]
        : [],
    ),
};
