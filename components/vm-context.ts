import type { PlannedVm } from "../inventory/schema/wave.ts";

/** What every part of a migrated server needs to know of its VM. */
export interface VmContext {
  readonly planned: PlannedVm;
  /** project/stack: the mark on everything that is made. */
  readonly stack: string;
  /** project/stack of the estate, whose groups the VM uses. */
  readonly estate: string;
  /** The fields that all jobs of the VM share. */
  readonly job: {
    readonly version: 1;
    readonly stack: string;
    readonly vm: string;
    readonly generation: number;
    readonly target: string;
    readonly cloud: string;
  };
}

/** The context of a planned VM; `cloud` is the clouds.yaml entry of its target. */
export function vmContext(planned: PlannedVm, stack: string, estate: string, cloud: string): VmContext {
  const { key: vm, generation, target } = planned;
  return { planned, stack, estate, job: { version: 1, stack, vm, generation, target, cloud } };
}
