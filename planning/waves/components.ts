import type { Link } from "./link.ts";

/** The links of each VM. */
export type LinkIndex = ReadonlyMap<string, readonly Link[]>;

export function linkIndex(links: readonly Link[]): LinkIndex {
  const index = new Map<string, Link[]>();
  for (const link of links)
    for (const vm of link.vms) {
      const list = index.get(vm);
      if (list === undefined) index.set(vm, [link]);
      else list.push(link);
    }
  return index;
}

/**
 * Falls apart into what is bound together by links up to a tier; links to VMs that are not among the members do not count.
 * Groups and their members are sorted, whatever the order of the input. Linear in members and links.
 */
export function components(members: readonly string[], index: LinkIndex, tier: number): string[][] {
  const left = new Set([...members].sort());
  const seen = new Set<Link>();
  const groups: string[][] = [];
  for (const first of left) {
    const group = [first];
    left.delete(first);
    for (const vm of group)
      for (const link of index.get(vm) ?? []) {
        if (link.tier > tier || seen.has(link)) continue;
        seen.add(link);
        for (const other of link.vms) if (left.delete(other)) group.push(other);
      }
    groups.push(group.sort());
  }
  return groups;
}
