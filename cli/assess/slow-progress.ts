import type { Sink } from "../../toolchain/progress.ts";
import { streamProgress } from "../../toolchain/progress.ts";

/** Progress of work that is mostly quick. */
export interface SlowProgress {
  readonly status: (text: string) => void;
  /** Takes the last status away. */
  readonly end: () => void;
}

/** Says nothing in the first two seconds, and not more than five times a second. `now` is in milliseconds. */
export function slowProgress(sink: Sink, now: () => number = Date.now): SlowProgress {
  const progress = streamProgress(sink, now);
  const begun = now();
  let last = begun + 1800;
  let said = false;
  return {
    status: (text) => {
      if (now() - last < 200) return;
      last = now();
      said = true;
      progress.status(text);
    },
    end: () => {
      if (said && sink.isTTY === true) sink.write("\r\u001b[K");
    },
  };
}
