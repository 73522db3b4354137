import { badInput, failed, messageOf, refused } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import type { SealJob } from "../job.ts";
import { reached, type Ledger } from "../ledger/ledger.ts";
import { sameSource } from "../ledger/transitions.ts";
import { inspectDisk } from "../source/inspect-disk.ts";
import { readLedgers } from "./accepted.ts";
import { disksOf, type DiskHandle, type Outcome, type World } from "./world.ts";

/** Cinder may time out and yet have done it: the request is repeated until what is read back fits. */
const TRIES = 6;
const PAUSE_MS = 5000;

/**
 * Verb `seal`: the disks are final. The boot volume becomes bootable and gets its image properties (nowhere else), then
 * the ledgers are sealed: from now on only the server writes. The phase `accepted` ends rollback, on sealed disks only.
 */
export async function sealVm(world: World, { job, volumeIds }: WorkOf<"seal">): Promise<Outcome> {
  const disks = disksOf(world, job, volumeIds);
  const ledgers = await readLedgers(disks);
  checkStates(job.vm, job.phase, disks, ledgers);
  await checkSources(world, job, ledgers);
  const [boot] = disks;
  if (boot === undefined) throw refused(`${job.vm}: the job names no disk`);
  const ours = ledgers[0]?.imageProperties ?? [];
  await settle(world, boot, job.imageProperties, ours);
  for (const [index, { disk, store }] of disks.entries()) {
    const imageProperties = index === 0 ? Object.keys(job.imageProperties).sort() : [];
    const kind = ledgers[index]?.instant === true ? "sealInstant" : "seal";
    if (ledgers[index]?.state !== "accepted") await store.apply({ kind, imageProperties });
    if (job.phase === "accepted") await store.apply({ kind: "accept" });
    world.log(`${disk}: ${job.phase === "accepted" ? "accepted" : "sealed"}`);
  }
  const result = job.phase === "accepted" ? "accepted" : "sealed";
  return { kind: "report", report: { version: 1, verb: "seal", vm: job.vm, result, details: { disks: disks.length } } };
}

function checkStates(
  vm: string,
  phase: string,
  disks: readonly DiskHandle[],
  ledgers: readonly (Ledger | null)[],
): void {
  const needed = phase === "accepted" ? "sealed" : "copied";
  const behind = disks.flatMap(({ disk }, index) => {
    const ledger = ledgers[index] ?? null;
    if (ledger?.instant === true) {
      // A server may run from an image that still reads from its source, and nothing more.
      return phase === "accepted" ? [`${disk} still reads from its source (instant import)`] : [];
    }
    return ledger !== null && reached(ledger, needed) ? [] : [`${disk} is ${ledger?.state ?? "without a ledger"}`];
  });
  if (behind.length > 0)
    throw refused(
      `${vm}: cannot be ${phase === "accepted" ? "accepted" : "sealed"}: ${behind.join("; ")}, expected at least ${needed}. ` +
        (phase === "accepted"
          ? "Migrate it with the phase cutover first; an instant import must be committed."
          : "Run again: the import goes on where it stopped."),
    );
}

/**
 * A disk that is copied and no more must still have the source that was copied: between its copy and now lie the copies
 * of the VM's other disks, or the days of a precopy. Sealed ones are not looked at: their source may be gone.
 */
async function checkSources(world: World, job: SealJob, ledgers: readonly (Ledger | null)[]): Promise<void> {
  const stale: string[] = [];
  for (const [index, disk] of job.disks.entries()) {
    const ledger = ledgers[index];
    if (ledger === null || ledger === undefined || (ledger.state !== "copied" && ledger.state !== "copying")) continue;
    const source = job.sources.find((one) => one.disk === disk)?.source;
    if (source === undefined) throw badInput(`${disk}: the job does not say what it was copied from`);
    const found = await inspectDisk(world, disk, source, ledger.source);
    await found.expectUnused();
    if (!sameSource(ledger, { capacityBytes: source.capacityBytes, source: found.fingerprint })) stale.push(disk);
  }
  if (stale.length > 0)
    throw refused(
      `${job.vm}: the source of ${stale.join(", ")} has changed since it was copied: the copy is stale and is not sealed. ` +
        "Was the VM switched on again? Roll it back (phase: absent, then up), switch it off, and migrate it anew.",
    );
}

/** Bootable flag and image properties of the boot volume, as read back from Cinder. */
async function settle(
  world: World,
  { disk, volumeId }: DiskHandle,
  wanted: Readonly<Record<string, string>>,
  ours: readonly string[],
): Promise<void> {
  let fault = "";
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (attempt > 1) {
      world.log(`${disk}: ${fault}; trying again (${attempt} of ${TRIES})`);
      await world.clock.sleep(PAUSE_MS);
    }
    try {
      const before = await world.cinder.getVolume(volumeId);
      if (before === null) throw refused(`${disk}: Cinder knows no volume ${volumeId} in this project.`);
      // What somebody else has put there stays, unless the plan says otherwise.
      const others = Object.entries(before.imageProperties).filter(([name]) => !ours.includes(name));
      const target = { ...Object.fromEntries(others), ...wanted };
      if (!before.bootable) await world.cinder.setBootable(volumeId);
      if (!sameProperties(before.imageProperties, target)) await world.cinder.setImageProperties(volumeId, target);
      const after = await world.cinder.getVolume(volumeId);
      if (after?.bootable === true && sameProperties(after.imageProperties, target)) return;
      fault = `Cinder shows bootable ${after?.bootable ?? false} and image properties ${JSON.stringify(after?.imageProperties ?? {})}`;
    } catch (error) {
      if (error instanceof Error && error.name === "Failure") throw error;
      fault = messageOf(error);
    }
  }
  throw failed(
    `${disk}: the volume ${volumeId} does not take the bootable flag and the image properties ${JSON.stringify(wanted)}: ${fault}`,
  );
}

function sameProperties(found: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(found), ...Object.keys(wanted)]);
  return [...names].every((name) => found[name] === wanted[name]);
}
