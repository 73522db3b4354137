import { copyDisk, LostWriter } from "../copy/copy-disk.ts";
import { failed, refused } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import { importInstant } from "../instant/import-instant.ts";
import { isSame, reached } from "../ledger/ledger.ts";
import { imageName, openLedger } from "../ledger/store.ts";
import { sameSource } from "../ledger/transitions.ts";
import { takeOver } from "../rbd/takeover.ts";
import type { Rbd } from "../rbd/rbd.ts";
import { fullPool, fullPoolFailure } from "../rbd/full-pool.ts";
import { inspectDisk } from "../source/inspect-disk.ts";
import { checkTarget } from "./target-checks.ts";
import { poolOf, type Outcome, type World } from "./world.ts";

type Work = WorkOf<"import"> | WorkOf<"sync">;

/** How often one run opens its image again. */
const MOST_LOST = 3;
const LOST_PAUSE_MS = 5_000;

/**
 * Verb `import`: copies one disk into Cinder's RBD image, in place, and records how far it is on the image itself. It
 * may be run any number of times: what is finished is not done again, what is sealed is not touched.
 *
 * @param lost how often this run has lost its writer already
 */
export async function importDisk(world: World, work: Work, lost = 0): Promise<Outcome> {
  const { job, volumeId } = work;
  const rbd = poolOf(world, job.target);
  const identity = { volumeId, disk: job.disk, stack: job.stack, generation: job.generation };
  const store = openLedger(rbd, identity);
  // First of all: an image that reads from its source cannot even be looked at while its gateway is not there.
  const instant = job.instant === true ? await importInstant(world, work) : null;
  if (instant !== null) return instant;
  // Beside all that is looked at: many disks are small, and `ceph` is Python, half a second of CPU.
  const full = expectRoom(world, job.disk, rbd);
  const image = await rbd.info(store.image);
  if (image?.migrating === true)
    throw refused(
      `${job.disk}: the RBD image ${rbd.access.pool}/${store.image} reads from elsewhere (rbd status tells from where): an instant ` +
        "import that is not committed. Nothing was written. Say instant: true in the plan again, or roll the VM back (phase: absent).",
    );
  if (image === null)
    throw failed(
      `${job.disk}: there is no RBD image ${rbd.access.pool}/${imageName(volumeId)}. Does \`storage\` of the target ` +
        `"${job.target}" in runners.yaml name the pool of Cinder's back end, and does the volume ${volumeId} exist?`,
    );
  // In a full pool even this waits for ever: `rbd image-meta` registers a watch, which is a write.
  const ledger = await full.unlessFull(store.read());
  if (ledger !== null && ledger.state !== "copied" && reached(ledger, "copied"))
    return report(world, work, `skipped: ${ledger.state}`);
  const volume = await world.cinder.getVolume(volumeId);
  if (volume === null)
    throw refused(`${job.disk}: Cinder knows no volume ${volumeId} in this project. Nothing was written.`);
  checkTarget(job, volume, image);
  const begun = ledger === null || ledger.finished === "" ? null : ledger.source;
  const [source, hasData] = await Promise.all([
    inspectDisk(world, job.disk, job.source, begun),
    ledger === null && rbd.hasData(store.image),
  ]);
  const claim = { capacityBytes: job.source.capacityBytes, source: source.fingerprint };
  if (ledger?.state === "copied" && sameSource(ledger, claim)) return report(world, work, "skipped: copied");
  if (hasData)
    throw refused(
      `${job.disk}: the RBD image ${rbd.access.pool}/${store.image} holds data that no ledger explains (unexplained data). ` +
        "Nothing was written. See what it is; if it is worth nothing, delete the volume, so that Pulumi makes a new one.",
    );
  await source.expectUnused();
  await full.room;
  if (!world.mayCopy) return { kind: "needsSlot" };
  if (ledger !== null && !sameSource(ledger, claim))
    world.log(`${job.disk}: the source's files have changed since the last run: every slice is copied again`);

  const ghosts = await takeOver(rbd, store.image, ledger?.writer ?? null, world.clock, world.log, world.patience);
  // An old writer that ended in order has still recorded what it did: all is decided again, by what it left.
  if (ledger?.writer != null && !isSame(await store.read(), ledger)) return importDisk(world, work, lost);
  world.log(`${job.disk}: its source: ${source.how}`);
  const { capacityBytes } = job.source;
  const copied = await copyDisk(world, {
    ...{ disk: job.disk, identity, access: rbd.access, image: store.image, imageBytes: image.sizeBytes },
    ...{ capacityBytes, sliceMiB: job.sliceMiB, source, seen: ledger, ghosts },
  }).catch((error: unknown) => {
    if (!(error instanceof LostWriter) || lost >= MOST_LOST) throw error;
    world.log(`${error.message}. Nobody else has claimed it: it is opened again, and what is done stays`);
    return null;
  });
  // Everything is looked at again, as the next run would.
  if (copied === null) return world.clock.sleep(LOST_PAUSE_MS).then(() => importDisk(world, work, lost + 1));
  const { slices, digest } = copied;
  return report(world, work, "copied", { bytes: capacityBytes, slices, digest, source: source.how });
}

/** Asks whether the pool has room; `room` is refused when it has none. */
function expectRoom({ commands }: World, disk: string, { access }: Rbd) {
  const room = fullPool(commands, access).then((reason) => {
    if (reason !== null) throw fullPoolFailure(disk, reason);
  });
  room.catch(() => undefined);
  /** What comes of work that would wait for room. */
  const unlessFull = <T>(work: Promise<T>): Promise<T> => Promise.race([work, room.then(() => work)]);
  return { room, unlessFull };
}

function report(world: World, { verb, job }: Work, result: string, details?: Record<string, string | number>): Outcome {
  if (result.startsWith("skipped")) world.log(`${job.disk}: ${result}`);
  const extra = details === undefined ? {} : { details };
  return { kind: "report", report: { version: 1, verb, vm: job.vm, disk: job.disk, result, ...extra } };
}
