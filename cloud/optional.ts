import { CloudError } from "./cloud-error.ts";

/**
 * What a cloud may refuse to tell: null where it answers with an error (403 to members, 404 in older releases, 500 of a
 * scheduler that hangs) or not at all. Only for facts whose lack is a concern and no more: nothing is decided from them,
 * and a cloud that is down is told by the calls that must succeed.
 */
export async function unlessRefused<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CloudError) return null;
    throw error;
  }
}
