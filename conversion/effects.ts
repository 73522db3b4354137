import type { Readable, Writable } from "node:stream";

/** The outside world as the verbs see it: small interfaces, so that tests put their own in place. */

/** A child process that has ended. */
export interface Finished {
  /** Exit status, null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process that runs. */
export interface Started {
  readonly pid: number;
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<Finished>;
  kill(signal: NodeJS.Signals): void;
}

export interface RunOptions {
  /** Gets standard output as it comes, for progress. */
  readonly onStdout?: (text: string) => void;
  /** Ends the child with SIGKILL after this time. Default: no limit. */
  readonly timeoutMs?: number;
  /** It logs in by ssh: it may ask the operator's agent. Default: no tool knows where that is. */
  readonly agent?: boolean;
  /** Is spoken with: gets standard input and output as they are; nothing of the output is kept. */
  readonly onStreams?: (input: Writable, output: Readable) => void;
  /** Given to the child on descriptor 3, and nowhere else: not in its arguments, environment or a file. Default: nothing. */
  readonly secret?: string;
}

/** Starts tools by argument array; every child dies with the program, even when that is killed by SIGKILL. */
export interface Commands {
  start(tool: string, args: readonly string[], options?: RunOptions): Started;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Takes one line of progress for people (stderr). */
export type Log = (line: string) => void;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
