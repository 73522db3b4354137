import { covers, describe } from "../flavor.ts";
import { perVm, type Rule } from "./rule.ts";

export const flavorTooSmall: Rule = {
  id: "flavor.too-small",
  category: "Critical",
  label: "Named flavor is smaller than the VM",
  why: "A guest that loses memory or vCPUs may not start its services. Where that is wanted, waive it with the reason.",
  check: (view) =>
    perVm(view, ({ choice: { flavor }, facts }) =>
      flavor.ok && !covers(flavor.value, facts)
        ? [
            `${describe(flavor.value)} MiB is less than the VM's ${facts.cpus} x ${facts.memoryMiB} MiB: name a larger one`,
          ]
        : [],
    ),
};
