import { exitCodes, type ExitCode } from "./exit-codes.ts";

/**
 * A fault that a person is told of: one message that says what, on which VM or disk, the value found, what was
 * expected and what to do. Never shown with a stack.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** It did not work; the next run may. */
export const failed = (message: string): Failure => new Failure(message, exitCodes.failed);
/** A guard says no; a person must look. */
export const refused = (message: string): Failure => new Failure(message, exitCodes.refused);
/** Job, environment or settings are wrong. */
export const badInput = (message: string): Failure => new Failure(message, exitCodes.badInput);
/** Ended on request. */
export const cancelled = (message: string): Failure => new Failure(message, exitCodes.cancelled);

/** Message of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
