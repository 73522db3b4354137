import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmSuspended: FactRule = {
  id: "vm.suspended",
  category: "Critical",
  label: "VM is suspended",
  why: "Part of what the guest wrote is in its saved memory, which does not move: its file systems would be inconsistent.",
  checkFacts: (view) =>
    perFacts(view, (facts) =>
      facts.powerState === "suspended" ? ["the VM is suspended: resume it and shut its guest down"] : [],
    ),
};
