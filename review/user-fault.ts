import * as pulumi from "@pulumi/pulumi";
import { isUserFault } from "./is-user-fault.ts";

/**
 * Runs `work`; a fault of the user's files or cloud becomes a message without a stack, which a stack trace would
 * bury. Anything else is a fault of this program and keeps its stack.
 */
export async function userFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUserFault(error)) throw new pulumi.RunError(error.message);
    throw error;
  }
}
