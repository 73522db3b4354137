import { randomUUID } from "node:crypto";
import { failed, Failure, messageOf } from "../failure.ts";
import { sliceCount, type DiskIdentity, type Ledger } from "../ledger/ledger.ts";
import { patientStore } from "../ledger/patient-store.ts";
import { openLedger, type LedgerStore } from "../ledger/store.ts";
import { openNbd } from "../nbd/contents.ts";
import { fullPoolFailure, watchPool } from "../rbd/full-pool.ts";
import { openRbd, type PoolAccess } from "../rbd/rbd.ts";
import { FENCE_SECONDS } from "../rbd/takeover.ts";
import { openWriter, type OpenWriter } from "../rbd/writer.ts";
import { SourceFault } from "../source/contents.ts";
import type { InspectedSource } from "../source/transport.ts";
import { Buffers } from "./buffers.ts";
import { copySlices } from "./copy-slices.ts";
import { diskDigest, rootOf, type Node } from "./digest.ts";
import { startHasher, type Hasher } from "./hasher.ts";
import { openReader, type ReadWorld } from "./open-reader.ts";
import { sliceWindow } from "./slices.ts";
import { TargetFault } from "./target.ts";
import { expectZero, windowNode, type ReadBack } from "./verify.ts";

/** A disk to copy into an RBD image that was seen to be the right one. */
export interface DiskCopy {
  /** Name of the disk for messages. */
  readonly disk: string;
  readonly identity: DiskIdentity;
  readonly access: PoolAccess;
  /** Name of the RBD image. */
  readonly image: string;
  readonly imageBytes: number;
  /** Size of the source disk. */
  readonly capacityBytes: number;
  readonly sliceMiB: number;
  readonly source: InspectedSource;
  /** The ledger as it was when all was checked. */
  readonly seen: Ledger | null;
  /** Listed watchers of the image that are nobody (rbd/takeover.ts). */
  readonly ghosts: readonly string[];
}

export interface CopyResult {
  /** Slices that this run copied. */
  readonly slices: number;
  /** Digest of the whole disk (digest.ts). */
  readonly digest: string;
}

/** Connections to each of the two servers of the image. */
const CONNECTIONS = 2;
/** How often a stream that breaks is begun anew within one run; each time costs all that was read. */
const STREAM_TRIES = 3;
const STREAM_PAUSE_MS = 5_000;

/** Opens the image, claims the ledger for this run, copies, and gives both back, whatever happens. */
export async function copyDisk(world: ReadWorld, copy: DiskCopy): Promise<CopyResult> {
  const { clock, log } = world;
  const { access, disk, identity, source } = copy;
  const pool = watchPool(world.commands, access, clock);
  const rbd = openRbd(pool.commands, access);
  const store = openLedger(rbd, identity, copy.image);
  const nonce = randomUUID();
  const { image, ghosts } = copy;
  const writer = await openWriter(pool.commands, clock, rbd, image, world.folder, CONNECTIONS + 1, ghosts).catch(
    (error: unknown) => {
      pool.stop();
      throw error;
    },
  );
  const hasher = startHasher();
  let mine = false;
  try {
    const { address, reader, process } = writer;
    const { capacityBytes, sliceMiB } = copy;
    const claim = { identity, writer: { nonce, address, reader, process }, capacityBytes, sliceMiB };
    const claimed = await store.claim({ kind: "claim", ...claim, source: source.fingerprint }, copy.seen);
    mine = true;
    const earlier =
      copy.seen !== null && claimed.finished !== "" ? `, slices ${claimed.finished} are done already` : "";
    log(`${disk}: copying ${sliceCount(claimed)} slices of ${claimed.sliceMiB} MiB into ${copy.image}${earlier}`);
    const result = await copyAndVerify(world, copy, { store, writer, hasher, claimed, nonce });
    await writer.close();
    await sourceUnchanged(source, disk);
    await store.apply({ kind: "copied", nonce, digest: result.digest });
    mine = false;
    return result;
  } catch (error) {
    const full = pool.fault();
    if (full !== null) throw fullPoolFailure(disk, full);
    // A difference that was found because the source is being written to is told as that.
    if (!world.signal.aborted) await sourceUnchanged(source, disk, () => []);
    const told = withWriterFault(error, writer, disk);
    const isLost = error instanceof TargetFault && mine && !world.signal.aborted;
    throw isLost && (await isWriter(store, nonce)) ? new LostWriter(messageOf(told)) : told;
  } finally {
    // A client that died holds watch and lock of the image for another 30 s, unless it is fenced.
    if (mine && writer.fault() !== null)
      for (const address of [writer.address, writer.reader])
        await openRbd(world.commands, access)
          .blocklist(address, FENCE_SECONDS)
          .catch(() => undefined);
    await writer.close();
    await hasher.close();
    pool.stop();
    // Where another run has taken over meanwhile, the ledger is its own: it stays. In a full pool it cannot be written.
    if (mine && pool.fault() === null) await store.apply({ kind: "leave", nonce }).catch(() => undefined);
  }
}

/**
 * The writer has lost the image, and nobody else has claimed it. Where Ceph was out of reach for minutes, librbd itself fences
 * it: the first client that comes back finds a lock whose owner has no watch any more, breaks it and blocklists the owner.
 */
export class LostWriter extends Failure {}

const isWriter = async (store: LedgerStore, nonce: string): Promise<boolean> =>
  (await store.read().catch(() => null))?.writer?.nonce === nonce;

interface Claimed {
  readonly store: LedgerStore;
  readonly writer: OpenWriter;
  readonly hasher: Hasher;
  readonly claimed: Ledger;
  readonly nonce: string;
}

async function copyAndVerify(
  world: ReadWorld,
  copy: DiskCopy,
  { store, writer, hasher, claimed, nonce }: Claimed,
): Promise<CopyResult> {
  const { clock, log, signal } = world;
  const { disk, capacityBytes, imageBytes } = copy;
  const { threads } = world.settings;
  const target = await openNbd([writer.target], { what: `${disk}: the target`, connections: CONNECTIONS });
  const contents = await openNbd([writer.readBack], { what: `${disk}: the target`, connections: CONNECTIONS });
  const readBack = { contents, buffers: new Buffers(threads), hasher };
  const buffers = new Buffers(3 * threads);
  try {
    const goesOn = (): boolean => !signal.aborted && writer.fault() === null;
    const records = patientStore(store, { disk, clock, log, goesOn });
    const earlier = await store.nodes(claimed);
    const copied = new Map<number, Node>();
    for (let attempt = 1, ledger = claimed; ; attempt += 1) {
      const reader = await openReader(world, disk, copy.source, buffers);
      try {
        const common = { clock, log, disk, store: records, reader, buffers, hasher, target, readBack, signal };
        for (const [slice, node] of await copySlices(common, ledger, nonce)) copied.set(slice, node);
        break;
      } catch (error) {
        if (!reader.once || !(error instanceof SourceFault)) throw error;
        if (attempt >= STREAM_TRIES)
          throw failed(
            `${error.message}; begun anew ${STREAM_TRIES - 1} times. The next run goes on after what is done.`,
          );
        log(`${error.message}: the stream is begun anew; what is done is passed over`);
        await clock.sleep(STREAM_PAUSE_MS);
        ledger = (await store.read()) ?? ledger;
      } finally {
        await reader.close();
      }
    }
    const rest = { offset: capacityBytes, length: imageBytes - capacityBytes };
    await expectZero(readBack, disk, rest, "the rest beyond the disk");
    const root = await rootOfDisk(claimed, new Map([...earlier, ...copied]), readBack);
    return { slices: copied.size, digest: diskDigest(root, capacityBytes) };
  } finally {
    await target.close();
    await contents.close();
  }
}

/** Root of the disk's tree; a slice whose node no run has recorded is read back. */
async function rootOfDisk(ledger: Ledger, known: ReadonlyMap<number, Node>, readBack: ReadBack): Promise<Node> {
  const nodes: Node[] = [];
  for (let slice = 0; slice < sliceCount(ledger); slice++)
    nodes.push(
      known.get(slice) ?? (await windowNode(readBack, sliceWindow(ledger.capacityBytes, ledger.sliceMiB, slice))),
    );
  return rootOf(nodes);
}

/** @param otherwise what counts where the source cannot be asked; default: its fault is thrown */
async function sourceUnchanged(source: InspectedSource, disk: string, otherwise?: () => string[]): Promise<void> {
  const changes = await (otherwise === undefined ? source.changes() : source.changes().catch(otherwise));
  if (changes.length > 0)
    throw failed(
      `${disk}: the source changed while it was copied: ${changes.join("; ")}. The copy does not count. ` +
        "See that the VM is switched off and nothing writes its files; the next run copies it again.",
    );
}

/** What writes through a dead writer only sees that a connection broke: the writer knows why. */
function withWriterFault(error: unknown, writer: OpenWriter, disk: string): unknown {
  const fault = writer.fault();
  if (fault === null || !(error instanceof Error) || fault.includes("SIGTERM")) return error;
  return failed(
    `${error.message} (the writer of ${disk} had ended: ${fault}; fenced by another run, or no longer allowed?)`,
  );
}
