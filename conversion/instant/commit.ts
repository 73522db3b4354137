import { failed, messageOf, refused } from "../failure.ts";
import { stopGateway } from "../gateway/start.ts";
import type { WorkOf } from "../input.ts";
import type { ImportJob } from "../job.ts";
import { reached } from "../ledger/ledger.ts";
import { inspectDisk } from "../source/inspect-disk.ts";
import type { Outcome, World } from "../verbs/world.ts";
import { instantDisk, SNAPSHOT, type InstantDisk } from "./instant-disk.ts";
import { keepServing } from "./keep-serving.ts";
import type { InstantRecord } from "./record.ts";
import { compareWithSource } from "./verify.ts";

const LOOK_MS = 3_000;
const LINE_EVERY_MS = 30_000;

/**
 * Verb `commit`: stays by an instant import until all of it is copied, compares it with the source, and makes the image stand
 * alone. Meanwhile it sees to the gateway that the server reads from. It waits for nothing else: after a reboot of this host
 * the server cannot go on before the gateway is there again.
 */
export async function commitDisk(world: World, { job, volumeId }: WorkOf<"commit">): Promise<Outcome> {
  const one = instantDisk(world, job, volumeId);
  const { disk, image } = one;
  const report = (result: string): Outcome => ({
    kind: "report",
    report: { version: 1, verb: "commit", vm: job.vm, disk, result },
  });
  const record = await one.record();
  if (record === null) {
    const ledger = (await one.rbd.info(image)) === null ? null : await one.store.read();
    if (ledger === null || !reached(ledger, "copied"))
      throw failed(`${disk}: its image does not read from its source: its import has not been done. Run again.`);
    await tidy(one);
    return report(`skipped: ${ledger.state}`);
  }
  if (record.phase === "preparing" || record.phase === "aborting")
    throw failed(
      `${disk}: its instant import is ${record.phase}, expected prepared: run again, the import puts it right.`,
    );
  const digest = record.phase === "verified" ? record.digest : await copiedAndVerified(one, job, record);
  // Somebody may have committed it by hand, or a run before this one that was killed.
  if ((await one.migrations.status(image)) !== null) await one.migrations.commit(image);
  if ((await one.store.read())?.instant === true) await one.store.apply({ kind: "committed", digest });
  await one.writeRecord(image, { ...record, phase: "committed", url: null, digest });
  await one.migrations.remove(one.aside);
  world.log(`${disk}: committed: the source is needed no more`);
  await tidy(one);
  return report("committed");
}

/** @returns digest of the source's contents; null where somebody has committed it by hand, and nothing can be compared */
async function copiedAndVerified(one: InstantDisk, job: ImportJob, record: InstantRecord): Promise<string | null> {
  const { world, disk, image, access } = one;
  const isCommitted = await waitUntilCopied(one, job, record);
  if (!(await one.migrations.snapshots(image)).includes(SNAPSHOT)) {
    if (!isCommitted)
      throw refused(
        `${disk}: the snapshot ${SNAPSHOT} of ${access.pool}/${image} is gone, and without it nothing tells what was copied from what ` +
          "the server has written: it is not committed. To go on without a comparison, say `rbd migration commit` by hand, and run again.",
      );
    world.log(`${disk}: was committed by hand, and its snapshot is gone: it was not compared with its source`);
    return null;
  }
  const source = await inspectDisk(world, disk, job.source);
  if (source.fingerprint.sha256 !== record.fingerprint)
    throw refused(
      `${disk}: the source has changed since the image was made to read from it: what is copied may be of two times. It is not ` +
        "committed. Was the VM switched on again? Roll it back (phase: absent, then up), and migrate it anew.",
    );
  const digest = await compareWithSource(one, job, source);
  const changes = await source.changes();
  if (changes.length > 0)
    throw refused(`${disk}: the source changed while it was compared: ${changes.join("; ")}. It is not committed.`);
  await one.writeRecord(one.aside, { ...record, phase: "verified", digest });
  return digest;
}

/** Sees to the gateway until all is copied. @returns whether the image stands alone already */
async function waitUntilCopied(one: InstantDisk, job: ImportJob, record: InstantRecord): Promise<boolean> {
  const { clock, log } = one.world;
  let lastLine = -Infinity;
  for (;;) {
    // First: while nobody serves it, the image cannot be opened at all.
    if (await keepServing(one, job, record)) log(`${one.disk}: its gateway was not there and is started again`);
    const status = await one.migrations.status(one.image);
    if (status === null || status.state === "executed") return status === null;
    if (clock.now() - lastLine >= LINE_EVERY_MS) {
      lastLine = clock.now();
      log(
        `${one.disk}: ${status.state} ${status.description}; the server reads from the source what is not copied yet`,
      );
    }
    await clock.sleep(LOOK_MS);
  }
}

/** What is left to do on an image that stands alone. Space that is not given back is no fault. */
async function tidy(one: InstantDisk): Promise<void> {
  const { world, migrations, image, disk } = one;
  await stopGateway(world.clock, one.volumeId);
  if (!(await migrations.snapshots(image)).includes(SNAPSHOT)) return;
  await migrations.removeSnapshot(image, SNAPSHOT);
  try {
    if ((await migrations.shape(image)).flags.includes("object map invalid")) await migrations.rebuildObjectMap(image);
    await migrations.sparsify(image);
  } catch (error) {
    world.log(`${disk}: the space of its zeroes is not given back: ${messageOf(error)}`);
  }
}
