import { failed, refused } from "../failure.ts";
import { probeGateway } from "../gateway/probe.ts";
import { stopGateway } from "../gateway/start.ts";
import { urlOf } from "../gateway/url.ts";
import type { WorkOf } from "../input.ts";
import type { ImportJob } from "../job.ts";
import { reached } from "../ledger/ledger.ts";
import { fullPool, fullPoolFailure } from "../rbd/full-pool.ts";
import { takeOver } from "../rbd/takeover.ts";
import { inspectDisk } from "../source/inspect-disk.ts";
import type { InspectedSource } from "../source/transport.ts";
import { checkTarget } from "../verbs/target-checks.ts";
import type { Outcome, World } from "../verbs/world.ts";
import { checkConditions, gatewayOf } from "./conditions.ts";
import { giveUp } from "./give-up.ts";
import { instantDisk, SNAPSHOT, thisHost, type InstantDisk } from "./instant-disk.ts";
import { keepServing, startServing } from "./keep-serving.ts";
import type { InstantRecord } from "./record.ts";

type Work = WorkOf<"import"> | WorkOf<"sync">;
const GIB = 1024 ** 3;

/**
 * Import of a disk without copying it first: Cinder's empty image is put aside, and one takes its name that reads through to
 * the source, from a gateway on this host, and is filled while the server runs. Run again, it goes on; killed before the
 * server could have the image, the next run takes back what is half done and does it again.
 * @returns null when the disk has been copied in the ordinary way before
 */
export async function importInstant(world: World, { verb, job, volumeId }: Work): Promise<Outcome | null> {
  const one = instantDisk(world, job, volumeId);
  const report = (result: string): Outcome => ({
    kind: "report",
    report: { version: 1, verb, vm: job.vm, disk: job.disk, result },
  });
  const full = await fullPool(world.commands, one.access);
  if (full !== null) throw fullPoolFailure(job.disk, full);
  const record = await one.record();
  if (record?.phase === "prepared" || record?.phase === "verified") return report(await goOn(one, job, record));
  if (record !== null) await giveUp(one, record);
  const ledger = (await one.rbd.info(one.image)) === null ? null : await one.store.read();
  if (ledger !== null && reached(ledger, "copied")) return null;
  const source = await checked(one, job);
  await prepare(one, job, source);
  return report("prepared: the disk is read from the source until the commit");
}

/** The gateway must be there as long as the image needs it. */
async function goOn(one: InstantDisk, job: ImportJob, record: InstantRecord): Promise<string> {
  if (await keepServing(one, job, record)) one.world.log(`${one.disk}: its gateway was not there and is started again`);
  return `skipped: ${record.phase}`;
}

/** All that can be seen to before anything is changed. @returns the source */
async function checked(one: InstantDisk, job: ImportJob): Promise<InspectedSource> {
  const { world, rbd, image, disk, volumeId } = one;
  const gateway = gatewayOf(world, disk);
  const info = await rbd.info(image);
  if (info === null)
    throw failed(
      `${disk}: there is no RBD image ${rbd.access.pool}/${image}. Does \`storage\` of the target "${job.target}" in runners.yaml ` +
        "name the pool of Cinder's back end, and does the volume exist?",
    );
  const ledger = await one.store.read();
  if (ledger !== null && reached(ledger, "copying"))
    throw refused(
      `${disk}: an ordinary copy of it was begun (its ledger says ${ledger.state}). Say instant: false in the plan to go on with ` +
        "it, or roll the VM back (phase: absent, then up) and migrate it anew.",
    );
  const volume = await world.cinder.getVolume(volumeId);
  if (volume === null)
    throw refused(`${disk}: Cinder knows no volume ${volumeId} in this project. Nothing was changed.`);
  checkTarget(job, volume, info);
  const source = await inspectDisk(world, disk, job.source);
  if (await rbd.hasData(image))
    throw refused(
      `${disk}: the RBD image ${rbd.access.pool}/${image} holds data that no ledger explains (unexplained data). Nothing was ` +
        "changed. See what it is; if it is worth nothing, delete the volume, so that Pulumi makes a new one.",
    );
  await checkConditions(world, disk, one.access, gateway);
  await source.expectUnused();
  await takeOver(rbd, image, null, world.clock, world.log, world.patience);
  return source;
}

/** The steps. Until the last one the next run takes all of it back: nobody can have opened the image. */
async function prepare(one: InstantDisk, job: ImportJob, source: InspectedSource): Promise<void> {
  const { world, migrations, image, aside, disk, volumeId } = one;
  const shape = await migrations.shape(image);
  const { sha256: fingerprint } = source.fingerprint;
  const host = thisHost();
  const record = {
    version: 1,
    ...one.identity,
    phase: "preparing",
    fingerprint,
    url: null,
    host,
    digest: null,
  } as const;
  const place = await startServing(one, job, fingerprint, gatewayOf(world, disk));
  let isAside = false;
  try {
    await probeGateway(place, disk, job.sizeGiB * GIB);
    await one.writeRecord(image, record);
    await migrations.rename(image, aside);
    isAside = true;
    await migrations.prepare(image, urlOf(place), shape, world.folder);
    await sameShape(one, job, shape.features);
    // Before anybody writes: what the source holds, and so what the copy must come to, whatever the guest does since.
    await migrations.snapshot(image, SNAPSHOT);
    const { capacityBytes } = job.source;
    const { identity } = one;
    await one.store.apply({
      ...{ kind: "prepare", identity, capacityBytes, sliceMiB: job.sliceMiB, source: source.fingerprint },
    });
    await one.writeRecord(aside, { ...record, phase: "prepared", url: urlOf(place) });
  } catch (error) {
    if (isAside) await giveUp(one, record);
    else await stopGateway(world.clock, volumeId);
    throw error;
  }
  world.log(`${disk}: prepared; ${source.how}. Until the commit the source's outage is the guest's outage`);
}

/** The image that took the place of Cinder's own is as large and can do what that one could. */
async function sameShape(one: InstantDisk, job: ImportJob, wanted: readonly string[]): Promise<void> {
  const info = await one.rbd.info(one.image);
  const { features } = await one.migrations.shape(one.image);
  const missing = wanted.filter((name) => !features.includes(name));
  if (info?.sizeBytes === job.sizeGiB * GIB && missing.length === 0) return;
  throw failed(
    `${one.disk}: the prepared image has ${info?.sizeBytes ?? 0} bytes and lacks ${missing.join(", ") || "no feature"}, expected ` +
      `${job.sizeGiB * GIB} bytes and the features of Cinder's image. It is given up.`,
  );
}
