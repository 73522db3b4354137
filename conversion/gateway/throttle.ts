import type { Clock } from "../effects.ts";
import { unlimitedRate, type RateLimit } from "../limits/bandwidth.ts";

/** Lets so many bytes through in a second. @param bytesPerSecond null: no limit */
export function throttle(clock: Clock, bytesPerSecond: number | null): RateLimit {
  if (bytesPerSecond === null) return unlimitedRate;
  let free = clock.now();
  return {
    take: (bytes) => {
      const now = clock.now();
      const start = Math.max(now, free);
      free = start + (bytes / bytesPerSecond) * 1000;
      return start > now ? clock.sleep(start - now) : Promise.resolve();
    },
  };
}
