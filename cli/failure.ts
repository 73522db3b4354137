import { CloudError } from "../cloud/cloud-error.ts";
import { SourceSettingsError } from "../inventory/vsphere/sources-file.ts";
import { VsphereError } from "../inventory/vsphere/vsphere-error.ts";
import { isUserFault } from "../review/is-user-fault.ts";
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
export function reportFailure(error: unknown, write: (text: string) => void = toStderr): number {
  const code = exitCodeOf(error);
  if (code !== null && error instanceof Error) {
    write(`${error.message}\n`);
    return code;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(`A fault of Wavelift itself, please report it:\n${text}\n`);
  return exitCodes.failed;
}

/** Exit code of a fault that is not this program's, else null. A cloud that does not answer may answer the next time. */
function exitCodeOf(error: unknown): number | null {
  if (error instanceof UserError) return error.exitCode;
  if (error instanceof SourceSettingsError) return exitCodes.wrongInput;
  if (error instanceof CloudError || error instanceof VsphereError || error instanceof ToolchainError)
    return exitCodes.failed;
  return isUserFault(error) ? exitCodes.wrongInput : null;
}

const toStderr = (text: string): void => {
  process.stderr.write(text);
};
