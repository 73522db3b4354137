import type { Clock, Commands, Log } from "../effects.ts";
import { failed } from "../failure.ts";
import { sliceCount, type Ledger } from "../ledger/ledger.ts";
import { parseRanges } from "../ledger/ranges.ts";
import type { LedgerStore } from "../ledger/store.ts";
import type { ImageOpts } from "./image-opts.ts";
import { startProgress } from "./progress.ts";
import { compareWindow, convertWindow } from "./qemu-img.ts";
import { partsOf, sliceWindow } from "./slices.ts";

export interface SliceCopy {
  readonly commands: Commands;
  readonly clock: Clock;
  readonly log: Log;
  readonly disk: string;
  readonly store: LedgerStore;
  /** The source's contents. */
  readonly source: ImageOpts;
  /** The target through the writer that holds it. */
  readonly target: ImageOpts;
  /** The target as any other client of Ceph reads it: verification must not see what only the writer's memory holds. */
  readonly readBack: ImageOpts;
  readonly threads: number;
  readonly compareParts: number;
}

/**
 * Copies what the ledger does not call finished, slice by slice. Each: recorded as begun, which also proves that no
 * other writer has taken over; written and flushed; read back and compared with the source; recorded as finished.
 * The comparison of a slice runs beside the copy of the next one.
 *
 * @param claimed the ledger as the claim of this run left it
 * @returns number of slices that this run copied
 */
export async function copySlices(copy: SliceCopy, claimed: Ledger, nonce: string): Promise<number> {
  const { capacityBytes, sliceMiB } = claimed;
  const begun = parseRanges(claimed.begun) ?? new Set();
  const finished = parseRanges(claimed.finished) ?? new Set();
  const todo = Array.from({ length: sliceCount(claimed) }, (_, slice) => slice).filter((slice) => !finished.has(slice));
  const length = (slice: number): number => sliceWindow(capacityBytes, sliceMiB, slice).length;
  let done = [...finished].reduce((sum, slice) => sum + length(slice), 0);
  const progress = startProgress(copy.clock, copy.log, copy.disk, capacityBytes, done);

  let verifying: Promise<void> = Promise.resolve();
  try {
    for (const slice of todo) {
      const window = sliceWindow(capacityBytes, sliceMiB, slice);
      await copy.store.apply({ kind: "begin", nonce, slice });
      await convertWindow(copy.commands, copy.disk, copy.source, copy.target, window, {
        threads: copy.threads,
        targetIsZero: !begun.has(slice),
        onProgress: (fraction) => {
          progress.update(done + fraction * window.length);
        },
      });
      done += window.length;
      await verifying;
      verifying = verify(copy, claimed, nonce, slice);
      // Its fault is thrown where it is awaited; until then it must not count as unhandled.
      verifying.catch(() => undefined);
    }
  } finally {
    await verifying.catch(() => undefined);
  }
  await verifying;
  if (todo.length > 0)
    progress.done(todo.length === sliceCount(claimed) ? "copied and verified" : "the rest copied and verified");
  return todo.length;
}

async function verify(
  copy: SliceCopy,
  { capacityBytes, sliceMiB }: Ledger,
  nonce: string,
  slice: number,
): Promise<void> {
  const parts = partsOf(sliceWindow(capacityBytes, sliceMiB, slice), copy.compareParts);
  const results = await Promise.allSettled(
    parts.map((part) => compareWindow(copy.commands, copy.disk, copy.source, copy.readBack, part)),
  );
  for (const result of results) {
    if (result.status === "rejected")
      throw result.reason instanceof Error ? result.reason : failed(String(result.reason));
  }
  await copy.store.apply({ kind: "finish", nonce, slice });
}
