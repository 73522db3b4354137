import { perVm, type Rule } from "./rule.ts";

export const vmTemplate: Rule = {
  id: "vm.template",
  category: "Critical",
  label: "VM is a template",
  why: "A template is no machine that runs: its clones would share host name, keys and identifiers.",
  check: (view) =>
    perVm(view, ({ facts }) => (facts.template ? ["the VM is a template: take it out of the wave"] : [])),
};
