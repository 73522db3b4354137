import { perVm, type Rule } from "./rule.ts";

/** No rule of facts alone: in an assessment nearly every VM runs. */
export const vmRunning: Rule = {
  id: "vm.running",
  category: "Warning",
  label: "VM was switched on when the source was read",
  why: "Files of a running VM change under the copy. The stage `source` sees that nobody writes them before it begins.",
  check: (view) =>
    perVm(view, ({ facts }) =>
      facts.powerState === "poweredOn"
        ? [
            "switched on at the source: shut its guest down before up; the copy does not begin while its files are written",
          ]
        : [],
    ),
};
