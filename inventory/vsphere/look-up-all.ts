import type { FoundVm } from "../readers/reader.ts";
import { lookUpPath, withLookUp } from "./looked-up.ts";
import type { Lookups } from "./lookups.ts";
import { VsphereError } from "./vsphere-error.ts";

/** Look-ups under way at a time: each makes the server read all of a VM. */
const AT_A_TIME = 4;

/** VMs after their look-ups. */
export interface LookedUp {
  readonly vms: ReadonlyMap<string, FoundVm | null>;
  /** Why, by key of each VM whose look-up failed. The provider fails for VMs with raw device mappings, for example. */
  readonly failed: ReadonlyMap<string, string>;
}

/**
 * The VMs with what look-ups carry taken from these. One whose path is no plain text, one that is gone and one whose
 * look-up fails stays as the reader found it. The plugin is only started where there is something to look up.
 * @throws {VsphereError} when it does not start, or cannot log in
 */
export async function lookUpAll(
  vms: ReadonlyMap<string, FoundVm | null>,
  open: () => Promise<Lookups>,
): Promise<LookedUp> {
  const found = new Map(vms);
  const queue = [...vms].flatMap(([key, vm]) => {
    const place = vm === null ? null : lookUpPath(vm);
    return vm === null || place === null || vm.datacenter === null ? [] : [{ key, vm, dc: vm.datacenter, place }];
  });
  const failed = new Map<string, string>();
  if (queue.length === 0) return { vms: found, failed };
  const lookups = await open();
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        const looked = await lookups.vm(next.dc, next.place);
        // Moved or renamed between the two readings: then it is another VM that has this path.
        if (looked.name === next.vm.name) found.set(next.key, withLookUp(next.vm, looked));
      } catch (error) {
        if (!(error instanceof VsphereError)) throw error;
        failed.set(next.key, error.reason);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  } finally {
    await lookups.close();
  }
  return { vms: found, failed };
}
