import type { Clock } from "../effects.ts";

/** How fast a copy may read its source. */
export interface RateLimit {
  /** Resolves when this many more bytes may be read. Called before each read, by several readers side by side. */
  take(bytes: number): Promise<void>;
}

/** As fast as it goes. */
export const unlimitedRate: RateLimit = { take: () => Promise.resolve() };

/** Who waits looks again after so long: the rate may have changed. */
const LOOK_MS = 1000;

/**
 * A token bucket, first come, first served. It holds what may be read in one second; a larger read is let through at once
 * and paid for by those that follow.
 * @param rate bytes a second at this moment; null: as fast as it goes. Asked often
 */
export function rateLimit(rate: () => number | null, clock: Clock): RateLimit {
  let tokens = 0;
  let filledMs = clock.now();
  let last: Promise<void> = Promise.resolve();
  const fill = (perSecond: number): void => {
    // A clock that was set back fills nothing.
    tokens = Math.min(perSecond, tokens + (perSecond * Math.max(0, clock.now() - filledMs)) / 1000);
    filledMs = clock.now();
  };
  const mayTake = async (bytes: number): Promise<void> => {
    for (;;) {
      const perSecond = rate();
      if (perSecond === null) {
        // What was owed under a limit that is over is not paid for under the next one.
        [tokens, filledMs] = [0, clock.now()];
        return;
      }
      fill(perSecond);
      if (tokens >= 0) {
        tokens -= bytes;
        return;
      }
      await clock.sleep(Math.min(LOOK_MS, Math.ceil((-tokens / perSecond) * 1000)));
    }
  };
  return { take: (bytes) => (last = last.then(() => mayTake(bytes))) };
}
