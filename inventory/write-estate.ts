import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { assignKeys } from "./assign-keys.ts";
import { toSortedJson } from "./json.ts";
import { compareText } from "./order.ts";
import type { FoundVm } from "./readers/reader.ts";
import type { EstateVm } from "./schema/estate.ts";
import { withSharedDisks } from "./shared-disks.ts";
import { shownValue } from "./shown.ts";

/** One fact of a VM that is another one now. */
export interface Change {
  /** Dotted path, list entries by their device key. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What a refresh would make of one VM. */
export interface Refreshed {
  readonly vm: EstateVm;
  /** `kept`: what was found is poorer than what the estate has, which stays; `changes` tells what would have changed. */
  readonly status: "new" | "changed" | "same" | "kept";
  readonly changes: readonly Change[];
}

/** What a refresh would make of the estate. */
export interface Refresh {
  /** The VMs that were found, and those that were not read again but now share a disk with one that was. */
  readonly vms: readonly Refreshed[];
  /** Keys of VMs that the same sources told of before, and do not any more. Their files stay. */
  readonly gone: readonly string[];
}

/**
 * Compares what was found with the estate. Pure.
 *
 * @param replace take a poorer reading over a richer one, too; default false: an old spreadsheet does not silently make
 * unknown what a vCenter has told.
 */
export function refresh(found: readonly FoundVm[], estate: ReadonlyMap<string, EstateVm>, replace = false): Refresh {
  const keyed = assignKeys(found, [...estate.values()]);
  const places = new Set(found.map(placeOf));
  const seen = new Set(keyed.map(({ key }) => key));
  const gone = [...estate.values()].filter((vm) => !seen.has(vm.key) && places.has(placeOf(vm)));
  const now = new Map(estate);
  const kept = new Map<string, readonly Change[]>();
  for (const { key, vm } of keyed) {
    const read: EstateVm = { version: 1, key, ...vm };
    const before = estate.get(key);
    if (before !== undefined && !replace && isPoorer(read, before)) kept.set(key, changesOf(before, read, ""));
    else now.set(key, read);
  }
  const fresh = new Set(keyed.filter(({ isNew }) => isNew).map(({ key }) => key));
  const vms = withSharedDisks([...now.values()])
    .map((vm) => refreshed(vm, fresh.has(vm.key) ? undefined : estate.get(vm.key), kept.get(vm.key)))
    .filter(({ vm, status }) => seen.has(vm.key) || status === "changed");
  return {
    vms: vms.sort((a, b) => compareText(a.vm.key, b.vm.key)),
    gone: gone.map(({ key }) => key).sort(compareText),
  };
}

const placeOf = ({ source: { kind, server } }: { source: FoundVm["source"] }): string => JSON.stringify([kind, server]);

/** @param untaken what a poorer source says otherwise; the VM stays as it was read before. */
function refreshed(vm: EstateVm, before: EstateVm | undefined, untaken: readonly Change[] | undefined): Refreshed {
  if (before === undefined) return { vm, status: "new", changes: [] };
  const changes = before === vm ? [] : changesOf(before, vm, "");
  if (changes.length === 0 && untaken !== undefined) return { vm, status: "kept", changes: untaken };
  return { vm, status: changes.length === 0 ? "same" : "changed", changes };
}

/** A spreadsheet tells less than the vCenter that it was made from. */
function isPoorer(vm: FoundVm, before: EstateVm): boolean {
  return vm.source.kind === "rvtools" && before.source.kind === "vsphere";
}

/** Every place in which two values differ. */
function changesOf(before: unknown, after: unknown, place: string): Change[] {
  const [a, b] = [partsOf(before), partsOf(after)];
  if (a === null || b === null)
    return JSON.stringify(before) === JSON.stringify(after)
      ? []
      : [{ path: place, before: shownValue(before), after: shownValue(after) }];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((name) =>
    changesOf(a.get(name), b.get(name), place === "" ? name : `${place}.${name}`),
  );
}

/** The parts of a map, or of a list of devices or snapshots by their key, so that a removed one does not shift the others. */
function partsOf(value: unknown): Map<string, unknown> | null {
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(value.map((item: unknown, index) => [nameOf(item) ?? String(index), item]));
}

function nameOf(item: unknown): string | null {
  if (typeof item !== "object" || item === null) return null;
  return "deviceKey" in item ? String(item.deviceKey) : "id" in item ? String(item.id) : null;
}

/** Writes KEY.json of the VMs that are new or have changed, each whole or not at all. */
export async function writeRefresh(folder: string, { vms }: Refresh): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { vm, status } of vms) {
    if (status === "same" || status === "kept") continue;
    const file = path.join(folder, `${vm.key}.json`);
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, toSortedJson(vm));
    await rename(temporary, file);
  }
}
