import type { Window } from "./image-opts.ts";

const MIB = 1024 * 1024;

/** Window of slice number `slice` of a disk; the last one may be short. */
export function sliceWindow(capacityBytes: number, sliceMiB: number, slice: number): Window {
  const offset = slice * sliceMiB * MIB;
  return { offset, length: Math.min(sliceMiB * MIB, capacityBytes - offset) };
}

/** Parts smaller than this are not worth a process of their own. */
const SMALLEST_PART = 64 * MIB;

/** Cuts a window into at most `parts` windows of whole MiB that can be compared side by side. */
export function partsOf({ offset, length }: Window, parts: number): Window[] {
  const count = Math.max(1, Math.min(parts, Math.floor(length / SMALLEST_PART)));
  const size = Math.ceil(length / count / MIB) * MIB;
  return Array.from({ length: Math.ceil(length / size) }, (_, part) => ({
    offset: offset + part * size,
    length: Math.min(size, length - part * size),
  }));
}
