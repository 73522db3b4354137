import { reasonOf, run } from "../commands.ts";
import type { Commands } from "../effects.ts";
import { failed } from "../failure.ts";
import { imageOpts, windowOf, type ImageOpts, type Window } from "./image-opts.ts";

export interface ConvertOptions {
  /** Concurrent requests (qemu-img's -m), 1 to 16. */
  readonly threads: number;
  /** Nothing was ever written to this window: zeroes need not be written. Wrong on anything else. */
  readonly targetIsZero: boolean;
  /** Gets the part of the window that is done, 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/**
 * Copies a window of the source to the same window of the target, then flushes the target. The flush is a command of
 * its own because the exit status of `qemu-img convert` does not tell whether its last flush worked.
 * @param disk name of the disk for messages
 */
export async function convertWindow(
  commands: Commands,
  disk: string,
  source: ImageOpts,
  target: ImageOpts,
  window: Window,
  options: ConvertOptions,
): Promise<void> {
  const finished = await run(
    commands,
    "qemu-img",
    [
      "convert",
      "-n",
      "-p",
      ...(options.targetIsZero ? ["--target-is-zero"] : []),
      "-W",
      ...["-m", String(options.threads)],
      ...["-t", "writeback"],
      "--image-opts",
      imageOpts(windowOf(source, window)),
      "--target-image-opts",
      imageOpts(windowOf(target, window)),
    ],
    { onStdout: progressReader(options.onProgress) },
  );
  if (finished.code !== 0)
    throw failed(`${disk}: copying ${describe(window)} failed: qemu-img convert said ${reasonOf(finished)}`);
  const flushed = await run(commands, "qemu-io", [
    ...["-c", "flush"],
    "--image-opts",
    imageOpts({ driver: "raw", file: target }),
  ]);
  if (flushed.code !== 0)
    throw failed(`${disk}: ${describe(window)} was written but not flushed: qemu-io said ${reasonOf(flushed)}`);
}

/**
 * Compares the same window of two nodes, byte by byte; the windows past the end of the shorter one do not matter.
 * @throws when they differ (where, says qemu-img) or cannot be read.
 */
export async function compareWindow(
  commands: Commands,
  disk: string,
  left: ImageOpts,
  right: ImageOpts,
  window: Window,
): Promise<void> {
  await compareNodes(commands, disk, windowOf(left, window), windowOf(right, window), describe(window));
}

/** Sees that a window of a node reads as zeroes. */
export async function expectZero(commands: Commands, disk: string, node: ImageOpts, window: Window): Promise<void> {
  const zero = { driver: "null-co", "read-zeroes": true, size: window.length };
  await compareNodes(commands, disk, zero, windowOf(node, window), `the rest beyond the disk (${describe(window)})`);
}

async function compareNodes(
  commands: Commands,
  disk: string,
  left: ImageOpts,
  right: ImageOpts,
  what: string,
): Promise<void> {
  const finished = await run(commands, "qemu-img", ["compare", "--image-opts", imageOpts(left), imageOpts(right)]);
  if (finished.code === 0) return;
  if (finished.code === 1)
    throw failed(
      `${disk}: verification found a difference in ${what}: ${finished.stdout.trim()} (counted from its start). ` +
        "It counts as not copied and is copied again by the next run; if this repeats, look at the storage and the memory of this host.",
    );
  throw failed(`${disk}: ${what} cannot be compared: qemu-img compare said ${reasonOf(finished)}`);
}

/** Reads `(12.34/100%)`, which qemu-img -p separates by carriage returns, however it is cut into pieces. */
export function progressReader(onProgress: (fraction: number) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const pieces = (rest + text).split(/[\r\n]/);
    rest = (pieces.pop() ?? "").slice(-100);
    const percents = pieces.flatMap((piece) => /\((\d+(?:\.\d+)?)\/100%\)/.exec(piece)?.[1] ?? []);
    const last = percents.at(-1);
    if (last !== undefined) onProgress(Math.min(1, Number(last) / 100));
  };
}

const describe = ({ offset, length }: Window): string => `bytes ${offset} to ${offset + length - 1}`;
