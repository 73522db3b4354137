import { shown } from "../../inventory/shown.ts";
import type { FactRule } from "./fact-rule.ts";

export const vmConnection: FactRule = {
  id: "vm.connection",
  category: "Critical",
  label: "Source has lost the VM",
  why: "Of a VM that is orphaned, inaccessible or invalid the source itself knows no more than its last state.",
  checkFacts: ({ vms }) =>
    vms.flatMap(({ key, connectionState: state }) => {
      if (state === null || state.toLowerCase() === "connected") return [];
      const lost = state.toLowerCase() !== "disconnected";
      const assessment =
        `the connection state is ${shown(state)}, expected connected: ` +
        (lost
          ? "register the VM again at the source"
          : "its host was away and the facts are old: bring the host back, then read the inventory again");
      return [{ vm: key, assessment, category: lost ? ("Critical" as const) : ("Warning" as const) }];
    }),
};
