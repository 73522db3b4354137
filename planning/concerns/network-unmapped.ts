import { perVm, type Rule } from "./rule.ts";

export const networkUnmapped: Rule = {
  id: "network.unmapped",
  category: "Critical",
  label: "NIC has no network",
  why: "A NIC without a network of the target would be lost, and with it the addresses that others use.",
  hard: true,
  check: (view) => perVm(view, ({ choice }) => choice.nics.flatMap(({ place }) => (place.ok ? [] : [place.problem]))),
};
