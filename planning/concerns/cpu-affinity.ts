import { type FactRule, perFacts } from "./fact-rule.ts";

export const cpuAffinity: FactRule = {
  id: "cpu.affinity",
  category: "Warning",
  label: "CPU affinity",
  why: "Pinning to CPUs of a host does not move; in OpenStack it is a matter of the flavor (hw:cpu_policy).",
  checkFacts: (view) =>
    perFacts(view, (vm) =>
      vm.cpuAffinity === true
        ? ["the VM is pinned to CPUs of its host: if it needs that, name a flavor with hw:cpu_policy=dedicated"]
        : [],
    ),
};
