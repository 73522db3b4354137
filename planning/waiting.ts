import type { CloudOffer } from "../cloud/offer.ts";
import type { PlannedVm } from "../inventory/schema/wave.ts";
import { vmOfDisk } from "./begun.ts";

/** A VM whose server is not made in this run, and the VMs that it waits for. */
export interface Waiting {
  readonly key: string;
  readonly needs: readonly string[];
}

/**
 * Of the VMs that are declared, those whose server must wait: it depends on a VM that gets no server in this run (it is
 * absent, excluded, in precopy, not booted, stopped or waiting itself), so that no `ready` would ever be waited for and the
 * server would boot at once. Disks are copied meanwhile. A server that is there is not taken away again.
 */
export function waitingVms(vms: readonly PlannedVm[], withServer: ReadonlySet<string>): Waiting[] {
  const booting = new Set(vms.filter((vm) => vm.boot && isPastCopy(vm.phase)).map(({ key }) => key));
  const waiting = new Map<string, Waiting>();
  for (let before = -1; before < waiting.size;) {
    before = waiting.size;
    for (const { key, dependsOn } of vms) {
      const needs = dependsOn.filter((need) => !booting.has(need) || waiting.has(need));
      if (booting.has(key) && !withServer.has(key) && needs.length > 0) waiting.set(key, { key, needs });
    }
  }
  return [...waiting.values()];
}

function isPastCopy(phase: PlannedVm["phase"]): boolean {
  return phase === "cutover" || phase === "accepted";
}

/** Keys of the VMs that have a server: one with this stack's mark, or a volume that some server uses. */
export function vmsWithServer(offers: ReadonlyMap<string, CloudOffer>, stack: string): ReadonlySet<string> {
  const keys = [...offers.values()].flatMap(({ servers, volumes }) => [
    ...servers.map(({ mark }) => (mark?.stack === stack ? mark.key : null)),
    ...volumes
      .filter(({ status }) => status === "in-use")
      .map(({ mark }) => (mark?.stack === stack ? vmOfDisk(mark.key) : null)),
  ]);
  return new Set(keys.filter((key) => key !== null));
}
