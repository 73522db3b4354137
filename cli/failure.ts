import { CloudError } from "../cloud/cloud-error.ts";
import { FaultsError } from "../inventory/fault.ts";
import { ToolchainError } from "../toolchain/tool-error.ts";

/** What the process ends with. */
export const exitCodes = { done: 0, failed: 1, stopped: 2, wrongInput: 3 } as const;

/** A fault of the user or of the surroundings: its message says all, a stack would hide it. */
export class UserError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.wrongInput) {
    super(message);
    this.name = "UserError";
    this.exitCode = exitCode;
  }
}

/** Prints a failure (with the stack only where the fault is this program's) and returns the exit code. */
export function reportFailure(error: unknown): number {
  if (
    error instanceof UserError ||
    error instanceof FaultsError ||
    error instanceof CloudError ||
    error instanceof ToolchainError
  ) {
    process.stderr.write(`${error.message}\n`);
    if (error instanceof UserError) return error.exitCode;
    return error instanceof FaultsError ? exitCodes.wrongInput : exitCodes.failed;
  }
  process.stderr.write(
    `A fault of Wavelift itself, please report it:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return exitCodes.failed;
}
