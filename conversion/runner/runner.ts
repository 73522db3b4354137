import type { Failure } from "../failure.ts";
import type { Demand } from "../limits/demand.ts";

/** How a program on the conversion host ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Why it did not start or is out of reach, where the runner knows that; code and signal mean nothing then. */
  readonly fault?: Failure;
}

/** A program that runs on a conversion host. */
export interface RunningProgram {
  readonly ended: Promise<ProgramEnd>;
  /** Sends a line to its standard input; the first is the order, the others are heartbeats. */
  send(line: string): void;
  /** Closes its standard input: it ends itself and everything it has started. */
  hangUp(): void;
  /** Ends it and everything it has started by force, where it did not obey. */
  kill(): void;
}

/** A place where the program runs: this host now, other hosts by ssh. */
export interface Runner {
  /**
   * It keeps the limits of hosts and datastores itself, of all that copies anywhere (Slurm's licences): the launcher then
   * takes no locks of its own. Default false.
   */
  readonly limitsItself?: boolean;
  /**
   * Starts the program.
   * @param onStderr gets its standard error as it comes
   * @param demand what it takes of what is limited, when it is to copy; without it, it only looks
   */
  start(onStderr: (text: string) => void, demand?: Demand): RunningProgram;
}
