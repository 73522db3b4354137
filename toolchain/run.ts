import { execa } from "execa";

/** How a program is run: always an argument array, never a shell. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to the caller's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with each line of standard error as it comes. */
  readonly onErrorLine?: (line: string) => void;
  /** Milliseconds after which the program is ended; none by default. */
  readonly timeoutMs?: number;
}

/** What a program left. `exitCode` is 127 where it could not be started. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. A failure is in the result, not thrown: the callers know what it means. */
export type Run = (file: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;

/** The real one. */
export const run: Run = async (file, args, options = {}) => {
  const child = execa(file, args, {
    reject: false,
    stdin: "ignore",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  const { onErrorLine } = options;
  if (onErrorLine) for await (const line of child.iterable({ from: "stderr" })) onErrorLine(line);
  const result = await child;
  return {
    exitCode: result.exitCode ?? (result.failed ? 127 : 0),
    stdout: result.stdout,
    stderr: result.stderr === "" ? (result.failed ? (result.shortMessage ?? "") : "") : result.stderr,
  };
};
