/** Where long work tells how it goes. Both kinds of text are one line without its end. */
export interface Progress {
  /** Something that stays: what was done or found. */
  readonly line: (text: string) => void;
  /** The state of the moment: takes the place of the one before. */
  readonly status: (text: string) => void;
}

/** Seconds between two statuses where they cannot take each other's place (a log file, a pipe). */
const quietSeconds = 15;

/** What is used of a terminal or a file. */
export interface Sink {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

/**
 * Progress on a stream. On a terminal the status stands on the last line; elsewhere it is thinned to one in 15 s,
 * and the first comes only after that time, so that quick work leaves nothing. `now` is in milliseconds.
 */
export function streamProgress(sink: Sink, now: () => number = Date.now): Progress {
  let shown = false;
  let last = now();
  const clear = (): string => (shown ? "\r\u001b[K" : "");
  return {
    line: (text) => {
      sink.write(`${clear()}${text}\n`);
      shown = false;
    },
    status: (text) => {
      if (sink.isTTY === true) {
        sink.write(`${clear()}${text}`);
        shown = true;
      } else if (now() - last >= quietSeconds * 1000) {
        last = now();
        sink.write(`${text}\n`);
      }
    },
  };
}

/** For callers that want no output. */
export const silent: Progress = { line: () => undefined, status: () => undefined };

/** "0:07", "12:40": minutes and seconds of a span in milliseconds. */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
