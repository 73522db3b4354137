/** Sets of slice numbers as text: "" is none, "0-17,19" is 0 to 17 and 19. Ascending, without overlap or neighbours. */

/** Writes a set. */
export function formatRanges(numbers: ReadonlySet<number>): string {
  const runs: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

/** Reads a set; null when the text is not one that `formatRanges` writes, or holds more than a million numbers. */
export function parseRanges(text: string): Set<number> | null {
  const numbers = new Set<number>();
  if (text === "") return numbers;
  let next = 0;
  for (const run of text.split(",")) {
    const match = /^(0|[1-9]\d{0,6})(?:-([1-9]\d{0,6}))?$/.exec(run);
    if (match === null) return null;
    const from = Number(match[1]);
    const to = match[2] === undefined ? from : Number(match[2]);
    if (from < next || (match[2] !== undefined && to <= from) || to >= 1_000_000) return null;
    for (let number = from; number <= to; number++) numbers.add(number);
    next = to + 2;
  }
  return numbers;
}
