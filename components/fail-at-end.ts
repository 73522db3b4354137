import * as pulumi from "@pulumi/pulumi";

/** Tells of a fault that concerns a part only: all else is done, and then the run ends as a failed one. */
export async function failAtEnd(text: string): Promise<void> {
  await pulumi.log.error(text);
  // What the SDK's cmd/run ends with when the user has been told already; it waits for all resources first.
  process.exitCode = 32;
}
