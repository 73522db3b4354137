import type { SourceCluster } from "../inventory/schema/source.ts";
import { shown } from "../inventory/shown.ts";
import type { FactsView } from "./concerns/fact-rule.ts";
import type { Finding } from "./concerns/rule.ts";

/** One finding a cluster (not a VM: 120 times the same sentence hides the others) for clusters in which VMs of the view run. */
export function clusterFindings(
  { vms, sources }: FactsView,
  applies: (cluster: SourceCluster) => boolean,
  sentence: string,
): Finding[] {
  return sources.flatMap(({ server, clusters }) =>
    clusters.filter(applies).flatMap(({ name, datacenter }): Finding[] => {
      const inside = vms.filter(
        (vm) =>
          vm.source.server === server &&
          vm.cluster === name &&
          (vm.datacenter === null || datacenter === null || vm.datacenter === datacenter),
      );
      return inside.length === 0
        ? []
        : [{ vm: null, assessment: `cluster ${shown(name)} (${inside.length} of these VMs) ${sentence}` }];
    }),
  );
}
