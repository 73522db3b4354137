/** Zero runs shorter than this are written with what is around them: a request of its own costs more than they do. */
const SHORTEST_GAP = 64 * 1024;
/** Granularity in bytes: Ceph's smallest allocation (bluestore_min_alloc_size). */
const GRAIN = 4096;

const ZEROES = Buffer.alloc(4 * 1024 * 1024);

/** Whether a buffer of at most 4 MiB holds only zeroes. */
export const isZero = (data: Buffer): boolean => data.compare(ZEROES, 0, data.length) === 0;

/** A part of a buffer, by its bounds in bytes. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly zero: boolean;
}

/** Cuts a buffer of at most 4 MiB into runs of data and of zeroes, which cover it. */
export function zeroRuns(data: Buffer): Run[] {
  const runs: Run[] = [];
  const add = (from: number, to: number, zero: boolean): void => {
    const last = runs.at(-1);
    if (last?.zero === zero) runs[runs.length - 1] = { ...last, to };
    else runs.push({ from, to, zero });
  };
  for (let from = 0; from < data.length;) {
    // Most gaps are missing: a look at large steps first, at small ones only where a large one is not all data or all zero.
    const step = Math.min(SHORTEST_GAP, data.length - from);
    if (data.compare(ZEROES, 0, step, from, from + step) === 0) add(from, from + step, true);
    else add(from, from + step, false);
    from += step;
  }
  return runs.flatMap((run, index) => trimmed(data, run, runs[index - 1], runs[index + 1]));
}

/** Data next to a gap: the gap is as large as whole grains allow. */
function trimmed(data: Buffer, run: Run, before: Run | undefined, after: Run | undefined): Run[] {
  if (run.zero) return [run];
  let { from, to } = run;
  const grainIsZero = (at: number): boolean => data.compare(ZEROES, 0, GRAIN, at, at + GRAIN) === 0;
  if (before !== undefined) while (from + GRAIN < to && grainIsZero(from)) from += GRAIN;
  if (after !== undefined) while (to - GRAIN > from && grainIsZero(to - GRAIN)) to -= GRAIN;
  const cut: Run[] = [];
  if (from > run.from) cut.push({ from: run.from, to: from, zero: true });
  cut.push({ from, to, zero: false });
  if (to < run.to) cut.push({ from: to, to: run.to, zero: true });
  return cut;
}
