/** Counts of a run, as mocha gives them. */
export interface Counts {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
  /** The failed tests: full title and the start of what was said. */
  readonly failed: readonly string[];
}

export const noCounts: Counts = { passes: 0, failures: 0, pending: 0, failed: [] };

export const sum = (a: Counts, b: Counts): Counts => ({
  passes: a.passes + b.passes,
  failures: a.failures + b.failures,
  pending: a.pending + b.pending,
  failed: [...a.failed, ...b.failed],
});

/**
 * Runs files in their order, `lanes` at a time: most of a lab test's time is spent waiting. A lane takes the next file as
 * soon as it has finished one. `run` must not reject.
 */
export async function runInLanes(
  files: readonly string[],
  lanes: number,
  run: (file: string) => Promise<Counts>,
): Promise<Counts> {
  const queue = [...files];
  const lane = async (): Promise<Counts> => {
    let total = noCounts;
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) total = sum(total, await run(file));
    return total;
  };
  const totals = await Promise.all(Array.from({ length: lanes }, () => lane()));
  return totals.reduce(sum, noCounts);
}
