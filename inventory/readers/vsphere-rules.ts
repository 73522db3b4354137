import type { EstateVm } from "../schema/estate.ts";
import { flagAt, nodesOf, refOf, textAt, type Ref } from "../vsphere/node-values.ts";
import type { Places } from "../vsphere/places.ts";
import type { XmlNode } from "../vsphere/xml-node.ts";

type Rule = EstateVm["placementRules"][number];

/** The VMs that rules of these clusters name, so that their names can be fetched. */
export function ruledVms(places: Places, clusters: readonly Ref[]): Ref[] {
  return clusters.flatMap((cluster) => {
    const config = places.value(cluster, "configurationEx");
    return nodesOf(config, "rule").flatMap((rule) => vmsOf(rule, config));
  });
}

/** Rules of a cluster's scheduler that name a VM (vSphere API: ClusterConfigInfoEx.rule). */
export function placementRules(places: Places, cluster: Ref | null, vm: Ref): Rule[] {
  const config = places.value(cluster, "configurationEx");
  return nodesOf(config, "rule").flatMap((rule) => {
    const vms = vmsOf(rule, config);
    const kind = kindOf(rule);
    if (kind === null || !vms.some(({ id }) => id === vm.id)) return [];
    const others = vms.filter(({ id }) => id !== vm.id).map((ref) => places.name(ref) ?? ref.id);
    return [{ name: textAt(rule, "name") ?? "", kind, enabled: flagAt(rule, "enabled") ?? true, others }];
  });
}

function kindOf(rule: XmlNode): Rule["kind"] | null {
  switch (rule.type) {
    case "ClusterAffinityRuleSpec":
      return "affinity";
    case "ClusterAntiAffinityRuleSpec":
      return "antiAffinity";
    case "ClusterVmHostRuleInfo":
      return textAt(rule, "affineHostGroupName") === null ? "hostAntiAffinity" : "hostAffinity";
    default:
      return null;
  }
}

/** A rule names its VMs itself, or the group that they are in. */
function vmsOf(rule: XmlNode, config: XmlNode | null): Ref[] {
  const group = textAt(rule, "vmGroupName");
  const named = group === null ? undefined : nodesOf(config, "group").find((one) => textAt(one, "name") === group);
  return nodesOf(named ?? rule, "vm").flatMap((node) => refOf(node) ?? []);
}
