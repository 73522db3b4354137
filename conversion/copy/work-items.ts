import type { Window } from "../source/contents.ts";
import { sliceWindow } from "./slices.ts";

/** Neighbouring slices that are copied and recorded together. */
export interface WorkItem {
  readonly slices: readonly number[];
  readonly window: Window;
  /** The source has only zeroes there. */
  readonly zero: boolean;
}

/** So many slices without data, or with little, are recorded together: what a kill makes the next run look at again. */
const MOST_ZERO_SLICES = 1024;
const MOST_SLICES = 16;

/**
 * The slices to do, ascending, as items that hold no more data than a full slice: recording each of thousands of slices
 * that are nearly empty would take longer than their data.
 * @param dataBytes how much data the source has in a window, at most
 */
export async function* workItems(
  slices: readonly number[],
  { capacityBytes, sliceMiB }: { readonly capacityBytes: number; readonly sliceMiB: number },
  dataBytes: (window: Window) => Promise<number>,
): AsyncGenerator<WorkItem> {
  const fullBytes = sliceMiB * 1024 * 1024;
  let item: Growing | null = null;
  for (const slice of slices) {
    const window = sliceWindow(capacityBytes, sliceMiB, slice);
    const bytes = await dataBytes(window);
    if (item !== null && takesIn(item, window, bytes, fullBytes)) item = withSlice(item, slice, window, bytes);
    else {
      if (item !== null) yield finished(item);
      item = { slices: [slice], window, bytes };
    }
    // A full one is handed on before the next slice is looked at: a stream would have passed over its data by then.
    if (item.bytes >= fullBytes) {
      yield finished(item);
      item = null;
    }
  }
  if (item !== null) yield finished(item);
}

interface Growing {
  readonly slices: readonly number[];
  readonly window: Window;
  readonly bytes: number;
}

function takesIn({ slices, window, bytes }: Growing, next: Window, nextBytes: number, fullBytes: number): boolean {
  const most = bytes + nextBytes === 0 ? MOST_ZERO_SLICES : MOST_SLICES;
  return window.offset + window.length === next.offset && bytes + nextBytes <= fullBytes && slices.length < most;
}

const withSlice = ({ slices, window, bytes }: Growing, slice: number, next: Window, nextBytes: number): Growing => ({
  slices: [...slices, slice],
  window: { offset: window.offset, length: window.length + next.length },
  bytes: bytes + nextBytes,
});

const finished = ({ slices, window, bytes }: Growing): WorkItem => ({ slices, window, zero: bytes === 0 });
