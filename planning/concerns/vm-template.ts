import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmTemplate: FactRule = {
  id: "vm.template",
  category: "Critical",
  label: "VM is a template",
  why: "A template is no machine that runs: its clones would share host name, keys and identifiers.",
  checkFacts: (view) =>
    perFacts(view, (facts) => (facts.template ? ["the VM is a template: take it out of the wave"] : [])),
};
