import { failed, Failure } from "./failure.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { lineSplitter } from "./lines.ts";
import { HEARTBEAT_MS, Reply, type Order } from "./order.ts";
import type { Log } from "./effects.ts";
import type { Demand } from "./limits/demand.ts";
import type { ProgramEnd, Runner } from "./runner/runner.ts";

/** How long a program that was told to end may take before it is ended by force. */
const GRACE_MS = 5_000;

/** A fault whose message the program has already printed. */
export class ProgramFailure extends Failure {}

/** The conversion host, or the way to it, has failed; the disk has not. Another host may do it. */
export class HostFault extends Failure {}

/**
 * Runs the program once: sends the order, then heartbeats; passes on its lines; ends it when `signal` is aborted.
 * @param demand what it takes of what is limited, when it is to copy
 * @returns what it replied
 * @throws {ProgramFailure} when it failed and said why; {HostFault} when it did not start, was killed or is out of reach
 */
export async function supervise(
  runner: Runner,
  order: Order,
  signal: AbortSignal,
  log: Log,
  demand?: Demand,
): Promise<Reply> {
  signal.throwIfAborted();
  const lines = lineSplitter(log);
  const program = runner.start((text) => {
    lines.write(text);
  }, demand);
  let grace: NodeJS.Timeout | undefined;
  const end = (): void => {
    program.hangUp();
    grace = setTimeout(() => {
      program.kill();
    }, GRACE_MS);
  };
  signal.addEventListener("abort", end, { once: true });
  program.send(JSON.stringify(order));
  const heartbeat = setInterval(() => {
    program.send("");
  }, HEARTBEAT_MS);
  const ended = await program.ended;
  clearInterval(heartbeat);
  clearTimeout(grace);
  signal.removeEventListener("abort", end);
  lines.end();
  signal.throwIfAborted();
  return replyOf(ended);
}

function replyOf({ code, signal, stdout, fault }: ProgramEnd): Reply {
  if (fault !== undefined) throw new HostFault(fault.message, fault.exitCode);
  if (code === exitCodes.ok) {
    try {
      // In front of it: the program's hello, the answers to heartbeats, what a login on another host says.
      return Reply.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
    } catch {
      throw failed(`the conversion program ended without a report: ${JSON.stringify(stdout.slice(0, 300))}`);
    }
  }
  // Not by this side, which looks at that first: the host is shut down, say.
  if (code === exitCodes.cancelled) throw new HostFault("the conversion program was ended", exitCodes.cancelled);
  if (code !== null) throw new ProgramFailure("the program has said why", known(code));
  throw new HostFault(
    `the conversion program was killed (${signal ?? "could not start"}). Memory used up, or ended by hand? Run again: it goes on where it stopped.`,
  );
}

const known = (code: number): ExitCode => Object.values(exitCodes).find((value) => value === code) ?? exitCodes.failed;
