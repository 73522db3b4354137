import type { Clock, Log } from "../effects.ts";
import { exitCodes } from "../exit-codes.ts";
import { Failure, messageOf } from "../failure.ts";
import { NbdError } from "../nbd/connection.ts";
import { SourceFault, type Contents, type RandomContents, type Window } from "../source/contents.ts";

/** A disk as a raw file of the volume's size. */
export interface ServedDisk {
  readonly sizeBytes: number;
  /** Strong validator: another source is another one. */
  readonly etag: string;
  /** Reads a window inside the disk, whole or not at all. @throws when the source does not give it */
  read(window: Window): Promise<Buffer<ArrayBuffer>>;
  /** From now on nothing is given any more, for this reason. */
  refuse(reason: string): void;
  close(): Promise<void>;
}

export interface ServedDiskOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Opens the source; called again after a fault. */
  readonly open: () => Promise<Contents>;
  /** Size of the source disk. */
  readonly capacityBytes: number;
  /** Size of the volume: what lies beyond the source disk reads as zeroes. */
  readonly sizeBytes: number;
  readonly etag: string;
  /**
   * How long a fault of the source that may heal is tried again before it is told. A guest waits meanwhile, which it bears
   * better than an error: most remount a file system read-only after one. Default 120 s.
   */
  readonly patienceMs?: number;
}

const PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Serves a source disk. It is opened with the first read, and opened again after a fault. */
export function servedDisk(options: ServedDiskOptions): ServedDisk {
  const { clock, log, capacityBytes, sizeBytes, etag, patienceMs = 120_000 } = options;
  let opened: Promise<RandomContents> | null = null;
  let refusal: string | null = null;
  const turns = turnstile();

  const mayGive = (): void => {
    if (refusal !== null) throw new Error(refusal);
  };
  const contents = (): Promise<RandomContents> =>
    (opened ??= options.open().then(async (found) => {
      if (found.kind === "random") return found;
      await found.close();
      throw new Error("the source comes only as one stream, from front to end: it cannot be read at any place");
    }));
  /** What a fault has broken is opened anew by the next read; the reads that are under way end with it. */
  const dropIfStill = async (broken: Promise<RandomContents>): Promise<void> => {
    if (opened !== broken) return;
    opened = null;
    await broken.then((found) => found.close()).catch(() => undefined);
  };

  const attempt = async (window: Window, into: Buffer): Promise<void> => {
    const mine = contents();
    try {
      const source = await mine;
      await turns.pass(source.depth, () => readInto(source, window, into));
    } catch (error) {
      await dropIfStill(mine);
      throw error;
    }
  };

  const read = async (window: Window, into: Buffer): Promise<void> => {
    const start = clock.now();
    let pause = PAUSE_MS;
    for (;;) {
      mayGive();
      try {
        await attempt(window, into);
        break;
      } catch (error) {
        if (!mayHeal(error) || clock.now() - start + pause > patienceMs) throw error;
        log(`${messageOf(error)}; trying again`);
        await clock.sleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
    // What was read while the source was being changed is nothing to give away.
    mayGive();
  };

  return {
    sizeBytes,
    etag,
    async read(window) {
      const data = Buffer.alloc(window.length);
      const length = Math.min(window.length, Math.max(0, capacityBytes - window.offset));
      if (length > 0) await read({ offset: window.offset, length }, data.subarray(0, length));
      else mayGive();
      return data;
    },
    refuse: (reason) => {
      refusal ??= reason;
    },
    close: async () => {
      if (opened !== null) await dropIfStill(opened);
    },
  };
}

/** "It did not work; the next time it may", as the copy has it: faults of the source, and failures that are no refusals. */
const mayHeal = (error: unknown): boolean =>
  error instanceof SourceFault ||
  error instanceof NbdError ||
  (error instanceof Failure && error.exitCode === exitCodes.failed);

/** Reads what the source does not call zero; the buffer holds zeroes already. */
async function readInto(source: RandomContents, window: Window, into: Buffer): Promise<void> {
  into.fill(0);
  for (const { offset, length, zero } of await source.extents(window)) {
    if (zero) continue;
    const at = offset - window.offset;
    await source.read({ offset, length }, into.subarray(at, at + length));
  }
}

/** Lets at most so many through at once; the others wait in their order. */
function turnstile(): { pass<T>(most: number, work: () => Promise<T>): Promise<T> } {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return {
    async pass(most, work) {
      // Whoever is let in by one who leaves takes that one's place: nobody comes in between.
      if (inside < most) inside++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) inside--;
        else next();
      }
    },
  };
}
