import { Failure, failed, messageOf } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import { giveUp } from "../instant/give-up.ts";
import { instantDisk } from "../instant/instant-disk.ts";
import type { SourceJob } from "../job.ts";
import { reached } from "../ledger/ledger.ts";
import { inspectDisk } from "../source/inspect-disk.ts";
import { readLedgers } from "./accepted.ts";
import { disksOf, type Outcome, type World } from "./world.ts";

/**
 * Verb `source`: every disk of the VM is there, whole and closed, before anything is copied. All faults at once. Where
 * the volumes are known and sealed, the source is no longer of interest (it may be gone).
 */
export async function checkSource(world: World, { job, volumeIds }: WorkOf<"source">): Promise<Outcome> {
  if (volumeIds !== undefined && job.instant !== true && (await isSealed(world, job, volumeIds))) {
    world.log(`${job.vm}: skipped: sealed`);
    return { kind: "report", report: { version: 1, verb: "source", vm: job.vm, result: "skipped: sealed" } };
  }
  if (volumeIds !== undefined && job.instant === true && (await isRead(world, job, volumeIds))) {
    const result = "skipped: read by an instant import";
    world.log(`${job.vm}: ${result}`);
    return { kind: "report", report: { version: 1, verb: "source", vm: job.vm, result } };
  }
  const faults: Failure[] = [];
  const details: Record<string, string> = {};
  for (const { disk, source } of job.disks) {
    try {
      const found = await inspectDisk(world, disk, source);
      await found.expectUnused();
      const { fingerprint } = found;
      details[disk] = `${fingerprint.files} files, ${fingerprint.bytes} bytes, ${fingerprint.sha256.slice(0, 16)}`;
      world.log(`${disk}: ${fingerprint.files} files, nobody writes them; ${found.how}`);
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

/** Whether a gateway reads the source already, or has: it sees by itself to it that nothing changes there. */
async function isRead(world: World, job: SourceJob, volumeIds: Readonly<Record<string, string>>): Promise<boolean> {
  for (const { disk } of job.disks) {
    const volumeId = volumeIds[disk];
    const one = volumeId === undefined ? null : instantDisk(world, { ...job, disk }, volumeId);
    const phase = (await one?.record())?.phase;
    if (phase === "prepared" || phase === "verified") return true;
  }
  return isSealed(world, job, volumeIds);
}

async function isSealed(world: World, job: SourceJob, volumeIds: Readonly<Record<string, string>>): Promise<boolean> {
  const disks = job.disks.map(({ disk }) => disk).filter((disk) => Object.hasOwn(volumeIds, disk));
  const ledgers = await readLedgers(disksOf(world, { ...job, disks }, volumeIds));
  return disks.length === job.disks.length && ledgers.every((ledger) => ledger !== null && reached(ledger, "sealed"));
}

/**
 * Verb `restore`: gives the source back. Plain files were only read; an image of an instant import that still reads from them
 * is given up here, after the server and before its volume goes: Cinder cannot delete it.
 */
export async function restoreSource(world: World, { job, volumeIds }: WorkOf<"restore">): Promise<Outcome> {
  let givenUp = 0;
  for (const { disk } of job.instant === true ? job.disks : []) {
    const volumeId = volumeIds?.[disk];
    const one = volumeId === undefined ? null : instantDisk(world, { ...job, disk }, volumeId);
    const record = (await one?.record()) ?? null;
    if (one === null || record === null) continue;
    await giveUp(one, record);
    givenUp++;
  }
  const result =
    givenUp === 0
      ? "nothing to do: the source's files were only read"
      : `${givenUp} disks that still read from the source were given up`;
  return { kind: "report", report: { version: 1, verb: "restore", vm: job.vm, result } };
}
