import { describe } from "../flavor.ts";
import { perVm, type Rule } from "./rule.ts";

export const flavorLocalDisk: Rule = {
  id: "flavor.local-disk",
  category: "Warning",
  label: "Flavor brings disks of its own",
  why: "An ephemeral or swap disk of the flavor is one more disk in the guest, which may move the names of the others, and holds the server to its host.",
  check: (view) =>
    perVm(view, ({ choice: { flavor } }) => {
      if (!flavor.ok) return [];
      const { ephemeralGiB, swapMiB } = flavor.value;
      const disks = [
        ...(ephemeralGiB > 0 ? [`an ephemeral disk of ${ephemeralGiB} GiB`] : []),
        ...(swapMiB > 0 ? [`a swap disk of ${swapMiB} MiB`] : []),
      ];
      return disks.length === 0
        ? []
        : [
            `flavor ${describe(flavor.value)} adds ${disks.join(" and ")}: name a flavor without them, or take it out of the choice (flavors.exclude)`,
          ];
    }),
};
