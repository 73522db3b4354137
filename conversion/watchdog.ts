import { createInterface } from "node:readline";
import { SILENCE_MS } from "./order.ts";

/** Standard input of the program: the order, then heartbeats. */
export interface Lifeline {
  /** The first line. */
  readonly order: Promise<string>;
}

/**
 * Watches the line to the launcher. When it is closed, or silent for too long, nobody stands behind the work any more:
 * `onLost` must end everything at once. The clock is one that goes on while this process is stopped, so that a program
 * that was stopped for long ends when it wakes up instead of going on.
 * @param answer is called for every line: the launcher of another host knows by it that the line stands
 */
export function holdLifeline(
  input: NodeJS.ReadableStream,
  onLost: (reason: string) => void,
  answer: () => void,
): Lifeline {
  let lastBeat = Date.now();
  const lines = createInterface({ input });
  const order = new Promise<string>((resolve) => {
    lines.once("line", resolve);
  });
  lines.on("line", () => {
    lastBeat = Date.now();
    answer();
  });
  lines.on("close", () => {
    onLost("the launcher has hung up");
  });
  setInterval(() => {
    const silence = Date.now() - lastBeat;
    if (silence >= SILENCE_MS) onLost(`no heartbeat from the launcher for ${Math.round(silence / 1000)} s`);
  }, 1000).unref();
  return { order };
}
