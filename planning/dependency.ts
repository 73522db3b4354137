import { compareText } from "../inventory/order.ts";

/** VM key -> keys of the VMs whose `ready` must succeed before its server boots. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** A cycle through this VM, from it and back to it, or null. The shortest, so that the message is short. */
export function cycleThrough(dependencies: Dependencies, key: string): string[] | null {
  const paths = [[key]];
  const seen = new Set<string>();
  for (const path of paths) {
    for (const need of [...(dependencies.get(path.at(-1) ?? "") ?? [])].sort(compareText)) {
      if (need === key) return [...path, key];
      if (seen.has(need)) continue;
      seen.add(need);
      paths.push([...path, need]);
    }
  }
  return null;
}
