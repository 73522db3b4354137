import { Failure, failed, messageOf } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import { inspectSource } from "../source/inspect.ts";
import { filesInUse } from "../source/open-files.ts";
import type { Outcome, World } from "./world.ts";

/**
 * Verb `source`: every disk of the VM is there, whole and closed, before anything is copied. All faults at once.
 */
export async function checkSource(world: World, { job }: WorkOf<"source">): Promise<Outcome> {
  const faults: Failure[] = [];
  const details: Record<string, string> = {};
  for (const { disk, source } of job.disks) {
    try {
      const { files, fingerprint } = await inspectSource(world.commands, disk, source, world.settings.datastores);
      const users = await filesInUse(files, world.clock.now());
      if (users.length > 0)
        throw failed(
          `${disk}: its files are in use: ${users.join("; ")}. Switch the VM off, end what writes them, then run again.`,
        );
      details[disk] = `${fingerprint.files} files, ${fingerprint.bytes} bytes, ${fingerprint.sha256.slice(0, 16)}`;
      world.log(`${disk}: ${fingerprint.files} files, nobody writes them`);
    } catch (error) {
      faults.push(error instanceof Failure ? error : failed(`${disk}: ${messageOf(error)}`));
    }
  }
  if (faults.length > 0)
    throw new Failure(
      faults.map(({ message }) => message).join("\n"),
      faults.reduce((worst, fault) => (fault.exitCode > worst.exitCode ? fault : worst)).exitCode,
    );
  return { kind: "report", report: { version: 1, verb: "source", vm: job.vm, result: "closed", details } };
}

/** Verb `restore`: gives the source back. Plain files were only read. */
export function restoreSource({ job }: WorkOf<"restore">): Outcome {
  const result = "nothing to do: the source's files were only read";
  return { kind: "report", report: { version: 1, verb: "restore", vm: job.vm, result } };
}
