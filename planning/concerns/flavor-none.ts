import { perVm, type Rule } from "./rule.ts";

export const flavorNone: Rule = {
  id: "flavor.none",
  category: "Critical",
  label: "No flavor fits",
  why: "A flavor smaller than the VM is never chosen by itself.",
  hard: true,
  check: (view) => perVm(view, ({ choice }) => (choice.flavor.ok ? [] : [choice.flavor.problem])),
};
