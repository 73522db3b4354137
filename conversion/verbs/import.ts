import { randomUUID } from "node:crypto";
import { copySlices } from "../copy/copy-slices.ts";
import { expectZero } from "../copy/qemu-img.ts";
import { failed, refused } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import { reached, sliceCount, type Ledger } from "../ledger/ledger.ts";
import { imageName, openLedger, type LedgerStore } from "../ledger/store.ts";
import { sameSource } from "../ledger/transitions.ts";
import { openRbd, type PoolAccess, type RbdImage } from "../rbd/rbd.ts";
import { FENCE_SECONDS, takeOver } from "../rbd/takeover.ts";
import { fullPool, fullPoolFailure, watchPool } from "../rbd/full-pool.ts";
import { openWriter, type OpenWriter } from "../rbd/writer.ts";
import { changedFiles } from "../source/fingerprint.ts";
import { expectUnused } from "../source/open-files.ts";
import { inspectSource, type InspectedSource } from "../source/inspect.ts";
import { checkTarget } from "./target-checks.ts";
import { poolOf, type Outcome, type World } from "./world.ts";

type Work = WorkOf<"import"> | WorkOf<"sync">;

/** Ways to compare a slice side by side: compressed formats are read by one thread each. */
const COMPARE_PARTS = 4;

/**
 * Verb `import`: copies one disk into Cinder's RBD image, in place, and records how far it is on the image itself. It
 * may be run any number of times: what is finished is not done again, what is sealed is not touched.
 */
export async function importDisk(world: World, work: Work): Promise<Outcome> {
  const { job, volumeId } = work;
  const rbd = poolOf(world, job.target);
  const identity = { volumeId, disk: job.disk, stack: job.stack, generation: job.generation };
  const store = openLedger(rbd, identity);
  const image = await rbd.info(store.image);
  if (image === null)
    throw failed(
      `${job.disk}: there is no RBD image ${rbd.access.pool}/${imageName(volumeId)}. Does \`storage\` of the target ` +
        `"${job.target}" in runners.yaml name the pool of Cinder's back end, and does the volume ${volumeId} exist?`,
    );
  // Even the ledger cannot be read in a full pool: `rbd image-meta` registers a watch, which is a write.
  const full = await fullPool(world.commands, rbd.access);
  if (full !== null) throw fullPoolFailure(job.disk, full);
  const ledger = await store.read();
  if (ledger !== null && ledger.state !== "copied" && reached(ledger, "copied"))
    return report(world, work, `skipped: ${ledger.state}`);
  const volume = await world.cinder.getVolume(volumeId);
  if (volume === null)
    throw refused(`${job.disk}: Cinder knows no volume ${volumeId} in this project. Nothing was written.`);
  checkTarget(job, volume, image);
  const source = await inspectSource(world.commands, job.disk, job.source, world.settings.datastores);
  const claim = { capacityBytes: job.source.capacityBytes, source: source.fingerprint };
  if (ledger?.state === "copied" && sameSource(ledger, claim)) return report(world, work, "skipped: copied");
  if (ledger === null && (await rbd.hasData(store.image)))
    throw refused(
      `${job.disk}: the RBD image ${rbd.access.pool}/${store.image} holds data that no ledger explains (unexplained data). ` +
        "Nothing was written. See what it is; if it is worth nothing, delete the volume, so that Pulumi makes a new one.",
    );
  await expectUnused(job.disk, source.files, world.clock.now());
  if (!world.mayCopy) return { kind: "needsSlot" };
  if (ledger !== null && !sameSource(ledger, claim))
    world.log(`${job.disk}: the source's files have changed since the last run: every slice is copied again`);

  await takeOver(rbd, store.image, ledger?.writer ?? null, world.clock, world.log, world.patience);
  // An old writer that ended in order has still recorded what it did: all is decided again, by what it left.
  if (ledger?.writer != null && !isSame(await store.read(), ledger)) return importDisk(world, work);
  const copied = await copyAs(world, work, rbd.access, image, source, ledger);
  return report(world, work, "copied", { bytes: job.source.capacityBytes, slices: copied });
}

/** Opens the image, claims the ledger for this run, copies, and gives both back, whatever happens. */
async function copyAs(
  world: World,
  { job, volumeId }: Work,
  access: PoolAccess,
  image: RbdImage,
  source: InspectedSource,
  seen: Ledger | null,
): Promise<number> {
  const { clock, log } = world;
  const pool = watchPool(world.commands, access, clock);
  const { commands } = pool;
  const rbd = openRbd(commands, access);
  const identity = { volumeId, disk: job.disk, stack: job.stack, generation: job.generation };
  const store = openLedger(rbd, identity);
  const { threads } = world.settings;
  const nonce = randomUUID();
  const connections = threads + COMPARE_PARTS;
  const writer = await openWriter(commands, clock, rbd, store.image, world.folder, connections).catch(
    (error: unknown) => {
      pool.stop();
      throw error;
    },
  );
  let mine = false;
  try {
    await sameAsSeen(store, seen, job.disk);
    const claimed = await store.apply({
      kind: "claim",
      identity,
      writer: { nonce, address: writer.address, reader: writer.reader, process: writer.process },
      capacityBytes: job.source.capacityBytes,
      sliceMiB: job.sliceMiB,
      source: source.fingerprint,
    });
    mine = true;
    const earlier = seen !== null && claimed.finished !== "" ? `, slices ${claimed.finished} are done already` : "";
    log(`${job.disk}: copying ${sliceCount(claimed)} slices of ${claimed.sliceMiB} MiB into ${store.image}${earlier}`);
    const { target, readBack } = writer;
    const copy = { commands, clock, log, disk: job.disk, store, source: source.node, target, readBack, threads };
    const copied = await copySlices({ ...copy, compareParts: COMPARE_PARTS }, claimed, nonce);
    const { capacityBytes } = job.source;
    if (capacityBytes < image.sizeBytes)
      await expectZero(commands, job.disk, readBack, {
        offset: capacityBytes,
        length: image.sizeBytes - capacityBytes,
      });
    await writer.close();
    await sourceUnchanged(source, job.disk);
    await store.apply({ kind: "copied", nonce, digest: null });
    mine = false;
    return copied;
  } catch (error) {
    const full = pool.fault();
    if (full !== null) throw fullPoolFailure(job.disk, full);
    // A difference that was found because the source is being written to is told as that.
    await sourceUnchanged(source, job.disk);
    throw withWriterFault(error, writer, job.disk);
  } finally {
    // A client that died holds watch and lock of the image for another 30 s, unless it is fenced.
    if (mine && writer.fault() !== null)
      for (const address of [writer.address, writer.reader])
        await openRbd(world.commands, access)
          .blocklist(address, FENCE_SECONDS)
          .catch(() => undefined);
    await writer.close();
    pool.stop();
    // Where another run has taken over meanwhile, the ledger is its own: it stays. In a full pool it cannot be written.
    if (mine && pool.fault() === null) await store.apply({ kind: "leave", nonce }).catch(() => undefined);
  }
}

const isSame = (one: Ledger | null, other: Ledger | null): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Another run may have claimed the disk between the checks and the moment this run opened the image. */
async function sameAsSeen(store: LedgerStore, seen: Ledger | null, disk: string): Promise<void> {
  if (!isSame(await store.read(), seen))
    throw failed(
      `${disk}: another run has changed the ledger at this moment. Nothing was written; run again when it has ended.`,
    );
}

async function sourceUnchanged(source: InspectedSource, disk: string): Promise<void> {
  const changes = await changedFiles(source.files);
  if (changes.length > 0)
    throw failed(
      `${disk}: the source changed while it was copied: ${changes.join("; ")}. The copy does not count. ` +
        "See that the VM is switched off and nothing writes its files; the next run copies it again.",
    );
}

/** A tool that writes through a dead writer only says that a connection broke: the writer knows why. */
function withWriterFault(error: unknown, writer: OpenWriter, disk: string): unknown {
  const fault = writer.fault();
  if (fault === null || !(error instanceof Error) || fault.includes("SIGTERM")) return error;
  return failed(
    `${error.message} (the writer of ${disk} had ended: ${fault}; fenced by another run, or no longer allowed?)`,
  );
}

function report(world: World, { verb, job }: Work, result: string, details?: Record<string, string | number>): Outcome {
  if (result.startsWith("skipped")) world.log(`${job.disk}: ${result}`);
  const extra = details === undefined ? {} : { details };
  return { kind: "report", report: { version: 1, verb, vm: job.vm, disk: job.disk, result, ...extra } };
}
