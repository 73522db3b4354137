import { compareText } from "./order.ts";
import type { FoundVm } from "./readers/reader.ts";

/** What the estate knows of a VM already. */
export interface KnownVm {
  readonly key: string;
  readonly source: FoundVm["source"];
  readonly instanceUuid: string | null;
}

/** A found VM with its key in the plan, and whether the estate had it before. */
export interface KeyedVm {
  readonly key: string;
  readonly vm: FoundVm;
  readonly isNew: boolean;
}

/**
 * Gives every found VM its key. The key is the name of its resources and never changes: a VM that the estate knows keeps
 * it, whatever its name is now. It is known again by the source's own id, else by its instance UUID (the same VM read by
 * another tool, or from another vCenter), where that is not ambiguous. New ones are named after their display name.
 */
export function assignKeys(found: readonly FoundVm[], known: readonly KnownVm[]): KeyedVm[] {
  const byId = new Map(known.map((vm) => [identityOf(vm.source), vm.key]));
  const byUuid = unambiguous(known);
  const foundUuids = unambiguous(found.map((vm) => ({ ...vm, key: "" })));
  const taken = new Set<string>();
  const take = (key: string | undefined): string | undefined => {
    if (key === undefined || taken.has(key)) return undefined;
    taken.add(key);
    return key;
  };
  const keys = new Map<FoundVm, string>();
  for (const vm of found) {
    const key = take(byId.get(identityOf(vm.source)));
    if (key !== undefined) keys.set(vm, key);
  }
  for (const vm of found.filter((one) => !keys.has(one))) {
    const uuid = vm.instanceUuid;
    const key = uuid !== null && foundUuids.has(uuid) ? take(byUuid.get(uuid)) : undefined;
    if (key !== undefined) keys.set(vm, key);
  }
  const before = new Set(known.map(({ key }) => key));
  const fresh = found.filter((vm) => !keys.has(vm)).sort(byNameAndId);
  for (const vm of fresh)
    keys.set(
      vm,
      newKey(vm.name, (key) => !before.has(key) && take(key) !== undefined),
    );
  return found
    .map((vm) => ({ key: keys.get(vm) ?? "", vm, isNew: fresh.includes(vm) }))
    .sort((a, b) => compareText(a.key, b.key));
}

/**
 * The source's own id, within what it belongs to: two vCenters both have a vm-42. A vCenter is the same whether it was
 * read live or exported by RVTools.
 */
export function identityOf({ kind, server, id }: FoundVm["source"]): string {
  return JSON.stringify([kind === "rvtools" ? "vsphere" : kind, server, id]);
}

/** UUID -> key, of the VMs that do not share theirs with another one (a copied folder does). */
function unambiguous(
  vms: readonly { readonly key: string; readonly instanceUuid: string | null }[],
): Map<string, string> {
  const byUuid = new Map<string, string | null>();
  for (const { key, instanceUuid } of vms)
    if (instanceUuid !== null) byUuid.set(instanceUuid, byUuid.has(instanceUuid) ? null : key);
  return new Map([...byUuid].flatMap(([uuid, key]) => (key === null ? [] : [[uuid, key] as const])));
}

function byNameAndId(a: FoundVm, b: FoundVm): number {
  return compareText(a.name, b.name) || compareText(identityOf(a.source), identityOf(b.source));
}

const LONGEST = 40;

/** A key after the name: "Web Server (01)" is web-server-01; taken ones get -2, -3, ... */
function newKey(name: string, tryTake: (key: string) => boolean): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const base = trimmed(plain.slice(0, LONGEST)) || "vm";
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? "" : `-${number}`;
    const key = `${trimmed(base.slice(0, LONGEST - ending.length))}${ending}`;
    if (tryTake(key)) return key;
  }
}

const trimmed = (text: string): string => text.replace(/^-+|-+$/g, "");
