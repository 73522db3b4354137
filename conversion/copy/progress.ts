import type { Clock, Log } from "../effects.ts";

const MIB = 1024 * 1024;

/** Progress of one disk as lines for people: percent, MiB/s and time left, often at first and seldom later. */
export interface Progress {
  /** @param bytes of the disk that are done, slices of earlier runs included */
  update(bytes: number): void;
  /** The last line. */
  done(what: string): void;
}

/** First and longest pause between two lines, and the part of the time run so far that a pause may take. */
const SHORTEST_MS = 5_000;
const LONGEST_MS = 60_000;
const PART_OF_ELAPSED = 1 / 20;

/**
 * @param alreadyDone bytes that earlier runs have copied: they do not count for the speed
 */
export function startProgress(clock: Clock, log: Log, disk: string, totalBytes: number, alreadyDone: number): Progress {
  const start = clock.now();
  let lastLine = start;
  return {
    update(bytes) {
      const now = clock.now();
      const pause = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (now - start) * PART_OF_ELAPSED));
      if (now - lastLine < pause) return;
      lastLine = now;
      log(progressLine(disk, bytes, totalBytes, bytes - alreadyDone, (now - start) / 1000));
    },
    done(what) {
      const seconds = Math.max(0.001, (clock.now() - start) / 1000);
      const speed = (totalBytes - alreadyDone) / MIB / seconds;
      log(`${disk}: ${what}, ${mib(totalBytes - alreadyDone)} MiB in ${duration(seconds)}, ${speed.toFixed(0)} MiB/s`);
    },
  };
}

/** For example "web01-disk-2000: 42% of 10240 MiB, 180 MiB/s, 34 s left". */
export function progressLine(
  disk: string,
  bytes: number,
  totalBytes: number,
  bytesThisRun: number,
  seconds: number,
): string {
  const speed = seconds > 0 ? bytesThisRun / seconds : 0;
  const left = speed > 0 ? `${duration((totalBytes - bytes) / speed)} left` : "time left unknown";
  const percent = Math.floor((bytes / totalBytes) * 100);
  return `${disk}: ${percent}% of ${mib(totalBytes)} MiB, ${(speed / MIB).toFixed(0)} MiB/s, ${left}`;
}

const mib = (bytes: number): number => Math.ceil(bytes / MIB);

/** Seconds as "34 s", "5 min" or "2 h 10 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
