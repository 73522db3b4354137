import { CloudError } from "../../cloud/cloud-error.ts";
import type { GlanceImage } from "../../cloud/glance.ts";
import { copyDisk } from "../copy/copy-disk.ts";
import { failed, messageOf, refused } from "../failure.ts";
import { looksOf, makeRecord, ownRecord } from "../image/record.ts";
import { checkImageTarget, ledgerOf } from "../image/target.ts";
import type { WorkOf } from "../input.ts";
import type { ImageJob } from "../job.ts";
import { isSame, reached, type Ledger } from "../ledger/ledger.ts";
import { sameSource } from "../ledger/transitions.ts";
import { fullPool, fullPoolFailure } from "../rbd/full-pool.ts";
import { openGlancePool, type GlancePool } from "../rbd/glance-pool.ts";
import type { Rbd } from "../rbd/rbd.ts";
import { takeOver } from "../rbd/takeover.ts";
import { inspectDisk } from "../source/inspect-disk.ts";
import { imagePoolOf, type Outcome, type World } from "./world.ts";

type Work = WorkOf<"image"> | WorkOf<"image-sync">;

const PUBLISH_BY_HAND =
  "In glance-api.conf set show_multiple_locations = true (best on an API of its own for administrators, named in clouds.yaml as " +
  "image_endpoint_override) and let its policies set_image_location and get_image_location allow this user; then run again.";

/**
 * Verbs `image` and `image-sync`: the boot disk of a template becomes an image without an upload. The record is made in
 * Glance, the disk is copied straight into an RBD image of that name in Glance's pool and verified like any other; then
 * the snapshot that servers are cloned from, and last the location: with that Glance calls the image active. May be run
 * any number of times: what is done is not done again, and what Glance gives out is never written.
 */
export async function makeImage(world: World, work: Work): Promise<Outcome> {
  const { job } = work;
  const rbd = imagePoolOf(world, job.target);
  const pool = openGlancePool(world.commands, rbd.access);
  const found = await ownRecord(world, job);
  const full = await fullPool(world.commands, rbd.access);
  if (full !== null) throw fullPoolFailure(job.disk, full);
  const seen = found === null ? null : await ledgerOf(rbd, job, found.id).read();
  if (found !== null && seen !== null && reached(seen, "sealed")) return finish(world, work, rbd, pool, found, seen);

  const source = await inspectDisk(world, job.disk, job.source);
  const claim = { capacityBytes: job.source.capacityBytes, source: source.fingerprint };
  const isCopied = (ledger: Ledger | null): boolean => ledger?.state === "copied" && sameSource(ledger, claim);
  if (found !== null) await checkImageTarget(rbd, pool, job, found, seen, isCopied(seen));
  if (found !== null && isCopied(seen)) return finish(world, work, rbd, pool, found, seen);
  await source.expectUnused();
  if (!world.mayCopy) return { kind: "needsSlot" };

  const record = found ?? (await makeRecord(world, job));
  await expectLocations(world, rbd, job, record);
  const store = ledgerOf(rbd, job, record.id);
  if ((await rbd.info(record.id)) === null) await pool.create(record.id, job.source.capacityBytes);
  const before = await store.read();
  const image = await checkImageTarget(rbd, pool, job, record, before, isCopied(before));
  // Another run's record appeared since it was looked for, and its data is whole.
  if (isCopied(before)) return finish(world, work, rbd, pool, record, before);
  const ghosts = await takeOver(rbd, record.id, before?.writer ?? null, world.clock, world.log, world.patience);
  // An old writer that ended in order has still recorded what it did: all is decided again, by what it left.
  if (before?.writer != null && !isSame(await store.read(), before)) return makeImage(world, work);
  if (before !== null && !sameSource(before, claim))
    world.log(`${job.disk}: the source has changed since the last run: every slice is copied again`);
  // Of a copy that does not count any more: nobody can have cloned it, since Glance never gave it out.
  await pool.withdraw(record.id);
  world.log(`${job.disk}: read from ${source.how}`);
  const { stack, generation, disk } = job;
  await copyDisk(world, {
    ...{ disk, identity: { volumeId: record.id, disk, stack, generation }, access: rbd.access, image: record.id },
    ...{
      imageBytes: image.sizeBytes,
      capacityBytes: image.sizeBytes,
      sliceMiB: job.sliceMiB,
      source,
      seen: before,
      ghosts,
    },
  });
  return finish(world, work, rbd, pool, record, await store.read());
}

/** Data is there and verified: snapshot, location, looks, ledger. Each step is left out where it is done. */
async function finish(
  world: World,
  { verb, job }: Work,
  rbd: Rbd,
  pool: GlancePool,
  record: GlanceImage,
  ledger: Ledger | null,
): Promise<Outcome> {
  if (ledger === null || !reached(ledger, "copied"))
    throw failed(`${job.disk}: the ledger of ${rbd.access.pool}/${record.id} does not say that it was copied`);
  const store = ledgerOf(rbd, job, record.id);
  const isNew = !reached(ledger, "sealed");
  if (isNew) {
    await pool.publish(record.id);
    await world.glance.update(
      record,
      { ...looksOf(job, record.id), visibility: "private", isProtected: false },
      ledger.imageProperties,
    );
    await locate(world, job, record, await pool.location(record.id));
  }
  const before = await mustGet(world, job, record.id);
  const size = ledger.capacityBytes;
  if (before.sizeBytes !== size || (isNew && before.status !== "active"))
    throw failed(
      `${job.vm}: Glance shows the image ${record.id} as ${before.status} with ${before.sizeBytes ?? "unknown"} bytes, ` +
        `expected active with ${size}. Does \`images\` of ${job.target} in runners.yaml name Glance's own pool?`,
    );
  const looks = looksOf(job, record.id);
  await world.glance.update(before, looks, ledger.imageProperties);
  await expectLooks(world, job, record.id);
  if (ledger.state !== "accepted")
    await store.apply({ kind: "seal", imageProperties: Object.keys(job.imageProperties).sort() });
  if (job.phase === "accepted") await store.apply({ kind: "accept" });
  const state = job.phase === "accepted" || ledger.state === "accepted" ? "accepted" : before.status;
  world.log(`${job.vm}: image ${job.name} (${record.id}) is ${state}`);
  const details = { imageId: record.id, bytes: size, ...(ledger.digest === null ? {} : { digest: ledger.digest }) };
  return { kind: "report", report: { version: 1, verb, vm: job.vm, disk: job.disk, result: state, details } };
}

/** Sees before the first byte that this Glance takes images from where they lie. */
async function expectLocations(world: World, rbd: Rbd, job: ImageJob, record: GlanceImage): Promise<void> {
  if (record.locations !== null) return;
  // Made a moment ago, or by a run that came no further: there is nothing in it.
  if ((await rbd.info(record.id)) === null) await world.glance.remove(record.id);
  throw refused(
    `${job.vm}: this Glance does not show where its images lie (show_multiple_locations is off), so it takes none that is in ` +
      `its pool already. Nothing was copied. ${PUBLISH_BY_HAND}`,
  );
}

async function locate(world: World, job: ImageJob, record: GlanceImage, url: string): Promise<void> {
  const { locations, status } = await mustGet(world, job, record.id);
  if (locations?.includes(url) === true) return;
  if (status !== "queued")
    throw refused(
      `${job.vm}: the image ${record.id} is ${status} with its data at ${locations?.join(", ") ?? "a place that Glance does not show"}, ` +
        `expected ${url}. Nothing was changed. Who has given it data? Remove it if it is not wanted.`,
    );
  try {
    await world.glance.addLocation(record.id, url);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    // The answer may have been lost.
    if ((await mustGet(world, job, record.id)).locations?.includes(url) === true) return;
    throw failed(
      `${job.vm}: the disk is in Glance's pool, but Glance does not take it as the image ${record.id}: ${messageOf(error)} ` +
        (error.status === 403 ? PUBLISH_BY_HAND : "The next run goes on from here."),
    );
  }
}

async function mustGet(world: World, job: ImageJob, id: string): Promise<GlanceImage> {
  const image = await world.glance.get(id);
  if (image === null) throw failed(`${job.vm}: Glance has no image ${id} any more: who has removed it? Run again.`);
  return image;
}

async function expectLooks(world: World, job: ImageJob, id: string): Promise<void> {
  const image = await mustGet(world, job, id);
  const { properties, ...wanted } = looksOf(job, id);
  const differences = [
    ...Object.entries(wanted).filter(([field, value]) =>
      Object.entries(image).some(([name, has]) => name === field && has !== value),
    ),
    ...Object.entries(properties).filter(([name, value]) => image.properties[name] !== value),
  ].map(([name, value]) => `${name} is not ${String(value)}`);
  if (differences.length > 0)
    throw failed(`${job.vm}: the image ${id} does not take what the plan says: ${differences.join("; ")}`);
}
