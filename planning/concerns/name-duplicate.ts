import { shown } from "../../inventory/shown.ts";
import { isSameProject } from "../projects.ts";
import { declaredVms } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

export const nameDuplicate: Rule = {
  id: "name.duplicate",
  category: "Warning",
  label: "Server name is used twice",
  why: "OpenStack allows it, but people and scripts that look servers up by name will find two.",
  check: (view) => {
    const declared = declaredVms(view).filter(({ boot }) => boot);
    const checked = new Set(view.checked.map(({ key }) => key));
    return declared
      .filter(({ key }) => checked.has(key))
      .flatMap((vm) => {
        const inWave = declared.filter(
          ({ key, name, target }) =>
            key !== vm.key && name === vm.name && isSameProject(view.offers, target, vm.target),
        );
        const inCloud = (view.offers.get(vm.target)?.servers ?? []).filter(
          ({ name, mark }) => name === vm.name && mark?.stack !== view.stack,
        );
        const holders = [...inWave.map(({ key }) => `VM ${key}`), ...inCloud.map(({ id }) => `server ${shown(id)}`)];
        return holders.map((holder) => ({
          vm: vm.key,
          assessment: `the server's name ${shown(vm.name)} is also that of ${holder}: give one a name in the plan`,
        }));
      });
  },
};
