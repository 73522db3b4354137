import type { EstateVm } from "../../inventory/schema/estate.ts";
import { own } from "../../inventory/own.ts";
import { APPLICATION, type Link, linksOf, push } from "./link.ts";

/** A way to tell which VMs are one application. */
export type By =
  | { readonly kind: "tag"; readonly category: string }
  | { readonly kind: "attribute"; readonly name: string }
  | { readonly kind: "folder" }
  | { readonly kind: "dependency" };

/** Reads `tag:CATEGORY`, `attribute:NAME`, `folder` or `dependency`; null when it is none of them. */
export function parseBy(text: string): By | null {
  const [, kind, name] = /^(tag|attribute):(.+)$/su.exec(text) ?? [];
  if (kind === "tag" && name !== undefined) return { kind, category: name };
  if (kind === "attribute" && name !== undefined) return { kind, name };
  return text === "folder" || text === "dependency" ? { kind: text } : null;
}

/** Applications: the way named first binds most. Dependencies of the plan bind anyway (plan-links.ts). */
export function applicationLinks(vms: readonly EstateVm[], by: readonly By[]): Link[] {
  return by.flatMap((way, index) => {
    if (way.kind === "dependency") return [];
    const groups = new Map<string, string[]>();
    for (const vm of vms) for (const name of namesOf(vm, way)) push(groups, name, vm.key);
    return linksOf(APPLICATION + index, way.kind, groups);
  });
}

function namesOf(vm: EstateVm, by: By): string[] {
  if (by.kind === "tag") return vm.tags.filter((tag) => isOf(tag, by.category));
  if (by.kind === "attribute") {
    const value = own(vm.customAttributes, by.name)?.trim();
    return value === undefined || value === "" ? [] : [`${by.name} = ${value}`];
  }
  // The same path in another datacenter or vCenter is another folder.
  return by.kind === "folder" && vm.folder !== null
    ? [[vm.source.server, vm.datacenter, vm.folder].filter((part) => part !== null).join(" ")]
    : [];
}

/** A tag stands in the estate as "CATEGORY:NAME"; "CATEGORY/NAME" and "CATEGORY=NAME" of hand-made ones are taken, too. */
const isOf = (tag: string, category: string): boolean =>
  tag.toLowerCase().startsWith(category.toLowerCase()) && ":/=".includes(tag.charAt(category.length) || " ");
