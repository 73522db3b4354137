import { type FactRule, perFacts } from "./fact-rule.ts";

export const numaAffinity: FactRule = {
  id: "numa.affinity",
  category: "Warning",
  label: "NUMA affinity",
  why: "Pinning to NUMA nodes of a host does not move; in OpenStack it is a matter of the flavor (hw:numa_nodes).",
  checkFacts: (view) =>
    perFacts(view, (vm) =>
      vm.numaAffinity === true
        ? ["the VM is pinned to NUMA nodes of its host: if it needs that, name a flavor with hw:numa_nodes"]
        : [],
    ),
};
