import { shown } from "../../inventory/shown.ts";
import { checkedVms } from "./planned-ports.ts";
import type { Finding, Rule } from "./rule.ts";

export const diskNoMultiattach: Rule = {
  id: "disk.no-multiattach",
  category: "Critical",
  label: "Cluster disk on a volume type of one server",
  why: "A volume can be attached to several servers only when its type says so (multiattach), and the type is not changed later.",
  check: (view) =>
    checkedVms(view).flatMap((vm) => {
      const offer = view.offers.get(vm.target);
      const facts = view.checked.find(({ key }) => key === vm.key)?.facts;
      return (facts?.disks ?? [])
        .filter(
          ({ sharedWith, sharing, controller }) =>
            sharedWith.length > 0 || sharing === "multiWriter" || controller.sharedBus !== "none",
        )
        .flatMap(({ deviceKey }): Finding[] => {
          const name = vm.disks.find((disk) => disk.deviceKey === deviceKey)?.volumeType;
          const type = offer?.volumeTypes.find((one) => one.name === name);
          if (type === undefined || type.multiattach === true) return [];
          const capable = (offer?.volumeTypes ?? []).filter(({ multiattach }) => multiattach === true);
          const names = capable
            .map((one) => shown(one.name))
            .sort()
            .join(", ");
          return type.multiattach === null
            ? [
                {
                  vm: vm.key,
                  category: "Warning",
                  assessment: `disk ${deviceKey} is shared; whether volume type ${shown(type.name)} is multiattach is not shown to this user: ask the cloud's administrator`,
                },
              ]
            : [
                {
                  vm: vm.key,
                  assessment:
                    `disk ${deviceKey} is shared, and volume type ${shown(type.name)} is not multiattach: name one that is ` +
                    `(disks: {"${deviceKey}": {volumeType: ...}}): ${names || "this project has none, ask for one"}`,
                },
              ];
        });
    }),
};
