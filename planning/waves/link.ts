import { shown } from "../../inventory/shown.ts";

/** Why VMs belong together. `tag`, `folder` and `attribute` are what people say of an application. */
export type LinkKind = "disk" | "dependency" | "affinity" | "antiAffinity" | "address" | "tag" | "folder" | "attribute";

/** VMs that belong together, and how strongly. */
export interface Link {
  /**
   * 0: never in two waves (a shared disk, dependsOn). 1: a cluster, in two waves only where one cannot hold it. From 2 on:
   * an application, in the order in which the operator named the ways to tell one.
   */
  readonly tier: number;
  readonly kind: LinkKind;
  /** Name of the disk, rule, tag, folder: any text of the source. */
  readonly name: string;
  /** Keys, sorted, at least two. */
  readonly vms: readonly string[];
}

export const HARD = 0;
export const CLUSTER = 1;
export const APPLICATION = 2;

const kinds: Readonly<Record<LinkKind, string>> = {
  disk: "shared disk",
  dependency: "dependsOn",
  affinity: "affinity rule",
  antiAffinity: "anti-affinity rule",
  address: "cluster address",
  tag: "tag",
  folder: "folder",
  attribute: "attribute",
};

/** The link's name for people, on one line whatever the source's names hold. */
export const shownLink = ({ kind, name }: Pick<Link, "kind" | "name">): string => `${kinds[kind]} ${shown(name, 80)}`;

/** Keys for people, the first few of many. */
export function shownVms(vms: readonly string[], most = 12): string {
  return vms.length <= most ? vms.join(", ") : `${vms.slice(0, most).join(", ")} and ${vms.length - most} more`;
}

/** The links among these groups of VMs: each with its keys once, sorted, and none of a single VM. */
export function linksOf(
  tier: number,
  kind: LinkKind,
  groups: ReadonlyMap<string, readonly string[]>,
  nameOf: (id: string) => string = (id) => id,
): Link[] {
  return [...groups]
    .map(([id, vms]) => ({ tier, kind, name: nameOf(id), vms: [...new Set(vms)].sort() }))
    .filter(({ vms }) => vms.length > 1);
}

/** Adds to the list that stands under a key. */
export function push(groups: Map<string, string[]>, id: string, key: string): void {
  const list = groups.get(id);
  if (list === undefined) groups.set(id, [key]);
  else list.push(key);
}
