import { reasonOf } from "../commands.ts";
import type { Clock, Commands, Log, Started } from "../effects.ts";
import { messageOf } from "../failure.ts";
import { imageName } from "../ledger/store.ts";
import { openRbd, type PoolAccess } from "../rbd/rbd.ts";
import { asideName, INSTANT_KEY } from "./record.ts";
import { openMigrations, type MigrationStatus } from "./migration.ts";

/** How often the image is looked at; at first more often, since the copy waits for it. */
const LOOK_MS = 5_000;
const FIRST_LOOK_MS = 500;
/** An image that is not prepared after so long never will be: the stage that wanted to do it has died. */
const PREPARE_MS = 300_000;
const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
/** How long a copy may take to notice that its source is gone. */
const END_MS = 10_000;

/**
 * Copies a prepared image and stays by it: returns when it is committed, gone, or given up, or when `signal` is aborted.
 */
export async function migrate(
  commands: Commands,
  clock: Clock,
  access: PoolAccess,
  { disk, volumeId }: { readonly disk: string; readonly volumeId: string },
  source: CopySource,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  const image = imageName(volumeId);
  const rbd = openRbd(commands, access);
  const migrations = openMigrations(commands, access);
  const start = clock.now();
  let seen = false;
  let copy: Copy | null = null;
  let pause = PAUSE_MS;
  let notBefore: number | null = null;
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
  const aside = asideName(volumeId);
  const look = async (): Promise<MigrationStatus | null> => {
    const text = (await rbd.info(aside)) === null ? undefined : (await rbd.metadata(aside)).get(INSTANT_KEY);
    // Before that, the stage that prepares it may still take all of it back.
    const isPrepared = text !== undefined && /"phase":"(prepared|verified)"/.test(text);
    return isPrepared && (await rbd.info(image)) !== null ? migrations.status(image) : null;
  };

  while (!signal.aborted) {
    let status: MigrationStatus | null | undefined;
    try {
      status = await look();
    } catch (error) {
      // Ceph out of reach: the guest waits as well, and it may come back.
      log(`${disk}: ${messageOf(error)}`);
    }
    if (status === null && (seen || clock.now() - start > PREPARE_MS)) break;
    if (status != null) seen = true;
    if (seen) notBefore ??= clock.now() + source.copyAfterSeconds * 1000;
    if (copy?.finished !== null && copy !== null) {
      const { code, reason } = copy.finished;
      copy = null;
      if (status?.state !== "executed") {
        log(
          `${disk}: rbd migration execute ended (${code ?? "killed"}) and the image is ${status?.state ?? "unknown"}: ${reason}; again in ${pause / 1000} s`,
        );
        notBefore = clock.now() + pause;
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      } else log(`${disk}: all is copied`);
    }
    const wanted = status != null && status.state !== "executed" && status.state !== "preparing";
    if (wanted && copy === null && source.mayCopy() && clock.now() >= (notBefore ?? 0)) {
      log(`${disk}: copying (${status?.state ?? ""})`);
      copy = begin(migrations.execute(image));
      source.copyBegins(copy.started.pid);
    }
    await Promise.race([clock.sleep(seen ? LOOK_MS : FIRST_LOOK_MS), aborted]);
  }
  source.stop();
  if (copy !== null) {
    // Without its source it fails, and so closes the image: killed, it would be taken for one who holds it for 30 s.
    await Promise.race([copy.started.ended, clock.sleep(END_MS)]);
    copy.started.kill("SIGTERM");
    await copy.started.ended;
  }
  log(`${disk}: ${signal.aborted ? "ending" : "the image no longer needs the source: ending"}`);
}

/** The source, as the copy sees it. */
export interface CopySource {
  /** How long the copy waits once the image is prepared. */
  readonly copyAfterSeconds: number;
  /** False: it gives nothing any more. */
  mayCopy(): boolean;
  /** A copy is begun by this process. */
  copyBegins(pid: number): void;
  /** Ends its server. */
  stop(): void;
}

/** A copy under way, or that has ended. */
interface Copy {
  readonly started: Started;
  finished: { readonly code: number | null; readonly reason: string } | null;
}

function begin(started: Started): Copy {
  const copy: Copy = { started, finished: null };
  void started.ended.then((finished) => {
    copy.finished = { code: finished.code, reason: finished.code === 0 ? "" : reasonOf(finished) };
  });
  return copy;
}
