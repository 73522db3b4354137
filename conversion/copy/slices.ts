import type { Window } from "../source/contents.ts";

const MIB = 1024 * 1024;

/** Window of slice number `slice` of a disk; the last one may be short. */
export function sliceWindow(capacityBytes: number, sliceMiB: number, slice: number): Window {
  const offset = slice * sliceMiB * MIB;
  return { offset, length: Math.min(sliceMiB * MIB, capacityBytes - offset) };
}
