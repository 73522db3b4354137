import type { EstateDisk, EstateVm } from "../../inventory/schema/estate.ts";
import { CLUSTER, HARD, type Link, linksOf, push } from "./link.ts";

/** What the source says of VMs that belong together: disks that several have, rules of its scheduler, cluster addresses. */
export function sourceLinks(vms: readonly EstateVm[]): Link[] {
  return [...diskLinks(vms), ...ruleLinks(vms, "affinity"), ...ruleLinks(vms, "antiAffinity"), ...addressLinks(vms)];
}

/**
 * VMs with one disk: said so by the estate, or the same file; or, of a raw device or on a shared bus, the same disk by its
 * UUID (each node of a cluster may have a mapping file of its own). A UUID alone is not enough: copied folders keep it.
 */
function diskLinks(vms: readonly EstateVm[]): Link[] {
  const known = new Set(vms.map(({ key }) => key));
  const groups = new Map<string, string[]>();
  const names = new Map<string, string>();
  const add = (id: string, name: string, key: string): void => {
    names.set(id, name);
    push(groups, id, key);
  };
  for (const vm of vms)
    for (const disk of vm.disks) {
      const { datastore, file, member, uuid, sharedWith } = disk;
      const name = `[${datastore}] ${file}`;
      const { server } = vm.source;
      add(JSON.stringify(["file", server, vm.datacenter, datastore, file, member]), name, vm.key);
      if (uuid !== null && isShared(disk)) add(JSON.stringify(["uuid", server, uuid]), name, vm.key);
      const others = sharedWith.filter((key) => known.has(key));
      for (const key of others.length === 0 ? [] : [vm.key, ...others])
        add(JSON.stringify(["said", [vm.key, ...others].sort()]), name, key);
    }
  return withoutRepeats(linksOf(HARD, "disk", groups, (id) => names.get(id) ?? id));
}

const isShared = ({ sharing, rdm, controller }: EstateDisk): boolean =>
  sharing === "multiWriter" || rdm !== "none" || controller.sharedBus !== "none";

/** A disk is found in several ways; it is told once. */
function withoutRepeats(links: readonly Link[]): Link[] {
  return [...new Map(links.map((link) => [link.vms.join(" "), link])).values()];
}

/** Members of one rule, which each of them names. The rule's name counts in its cluster only. */
function ruleLinks(vms: readonly EstateVm[], kind: "affinity" | "antiAffinity"): Link[] {
  const groups = new Map<string, string[]>();
  for (const { key, source, datacenter, cluster, placementRules } of vms)
    for (const rule of placementRules)
      if (rule.enabled && rule.kind === kind)
        push(groups, JSON.stringify([source.server, datacenter, cluster, rule.name]), key);
  return linksOf(CLUSTER, kind, groups, lastOf);
}

/** VMs that may take over one address: keepalived pairs, failover clusters. */
function addressLinks(vms: readonly EstateVm[]): Link[] {
  const groups = new Map<string, string[]>();
  for (const { key, vips } of vms) for (const address of vips) push(groups, address, key);
  return linksOf(CLUSTER, "address", groups);
}

const lastOf = (id: string): string => String((JSON.parse(id) as unknown[]).at(-1));
