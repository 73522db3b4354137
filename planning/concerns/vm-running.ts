import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmRunning: FactRule = {
  id: "vm.running",
  category: "Warning",
  label: "VM was switched on when the source was read",
  why: "Files of a running VM change under the copy. The stage `source` sees that nobody writes them before it begins.",
  checkFacts: (view) =>
    perFacts(view, (facts) =>
      facts.powerState === "poweredOn"
        ? [
            "switched on at the source: shut its guest down before up; the copy does not begin while its files are written",
          ]
        : [],
    ),
};
