/** A generator of numbers that a seed fixes: the same seed, the same numbers, on every machine. */
export interface Random {
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  /** One of the values; more often by its weight. */
  pick<T>(choices: readonly (readonly [value: T, weight: number])[]): T;
  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean;
}

/** mulberry32 (public domain), 32 bits of state: good enough to choose moments. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick(choices) {
      let left = next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of choices) {
        left -= weight;
        if (left < 0) return value;
      }
      const [last] = choices.slice(-1);
      if (last === undefined) throw new Error("nothing to pick from");
      return last[0];
    },
  };
}
