import { Failure, failed, messageOf } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import type { SourceJob } from "../job.ts";
import { reached } from "../ledger/ledger.ts";
import { inspectSource } from "../source/inspect.ts";
import { expectUnused } from "../source/open-files.ts";
import { readLedgers } from "./accepted.ts";
import { disksOf, type Outcome, type World } from "./world.ts";

/**
 * Verb `source`: every disk of the VM is there, whole and closed, before anything is copied. All faults at once. Where
 * the volumes are known and sealed, the source is no longer of interest (it may be gone).
 */
export async function checkSource(world: World, { job, volumeIds }: WorkOf<"source">): Promise<Outcome> {
  if (volumeIds !== undefined && (await isSealed(world, job, volumeIds))) {
    world.log(`${job.vm}: skipped: sealed`);
    return { kind: "report", report: { version: 1, verb: "source", vm: job.vm, result: "skipped: sealed" } };
  }
  const faults: Failure[] = [];
  const details: Record<string, string> = {};
  for (const { disk, source } of job.disks) {
    try {
      const { files, fingerprint } = await inspectSource(world.commands, disk, source, world.settings.datastores);
      await expectUnused(disk, files, world.clock.now());
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

async function isSealed(world: World, job: SourceJob, volumeIds: Readonly<Record<string, string>>): Promise<boolean> {
  const disks = job.disks.map(({ disk }) => disk).filter((disk) => Object.hasOwn(volumeIds, disk));
  const ledgers = await readLedgers(disksOf(world, { ...job, disks }, volumeIds));
  return disks.length === job.disks.length && ledgers.every((ledger) => ledger !== null && reached(ledger, "sealed"));
}

/** Verb `restore`: gives the source back. Plain files were only read. */
export function restoreSource({ job }: WorkOf<"restore">): Outcome {
  const result = "nothing to do: the source's files were only read";
  return { kind: "report", report: { version: 1, verb: "restore", vm: job.vm, result } };
}
