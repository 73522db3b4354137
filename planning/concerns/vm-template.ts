import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmTemplate: FactRule = {
  id: "vm.template",
  category: "Information",
  label: "VM is a template",
  why: "A template is no machine that runs: in a wave its boot disk becomes an image of Glance, which servers are made from.",
  checkFacts: (view) =>
    perFacts(view, (facts) => (facts.template ? ["the VM is a template: it becomes an image, not a server"] : [])),
};
