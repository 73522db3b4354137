import type { Clock, Log } from "../effects.ts";
import { refused } from "../failure.ts";
import type { Writer } from "../ledger/ledger.ts";
import { liveness } from "../process-identity.ts";
import type { Rbd } from "./rbd.ts";

/** How long others are waited for. */
export interface Patience {
  /** Our own old writer: time to end by itself. */
  readonly ownSeconds: number;
  /**
   * Anybody else. Well over the 30 s after which Ceph forgets a client that was killed (more than 40 were seen on a busy
   * OSD), so that an `rbd` command of our own that was killed in mid-run is not taken for a stranger.
   */
  readonly foreignSeconds: number;
}
export const defaultPatience: Patience = { ownSeconds: 60, foreignSeconds: 75 };

/** A writer that is stopped, not dead, may wake up a day later: it stays fenced for as long. */
export const FENCE_SECONDS = 86_400;
const POLL_MS = 1000;

/**
 * Returns when nobody holds the image open and our old writer, if the ledger names one, can never write again.
 * The old writer is fenced even when it is not seen any more: a stopped process loses its watch after 30 s, and would
 * write on when it wakes up.
 *
 * @returns the addresses of watches that are listed and belong to nobody (ghosts.ts): whoever opens the image now is another
 * @throws a refusal that names the address of a foreign client.
 */
export async function takeOver(
  rbd: Rbd,
  image: string,
  old: Writer | null,
  clock: Clock,
  log: Log,
  patience: Patience = defaultPatience,
): Promise<readonly string[]> {
  const start = clock.now();
  const waited = (): number => (clock.now() - start) / 1000;
  const own = old === null ? [] : [old.address, ...(old.reader === undefined ? [] : [old.reader])];
  const oldIsDead = old?.process != null && liveness(old.process) === "dead";
  let ghosts: readonly string[] = [];
  const present = async (): Promise<string[]> =>
    (await rbd.watchers(image)).filter((address) => !ghosts.includes(address));
  /** Whoever is there for too long must be somebody. */
  const expectGhosts = async (addresses: readonly string[]): Promise<void> => {
    ghosts = await lastingGhosts(rbd, image, clock);
    const others = addresses.filter((address) => !ghosts.includes(address));
    if (others.length > 0) throw foreignWatcher(rbd, image, others);
    log(`${image}: Ceph still lists ${addresses.join(", ")}, killed while it opened the image; it is nobody any more`);
  };
  let told = false;
  for (;;) {
    const watchers = await present();
    const foreign = watchers.filter((address) => !own.includes(address));
    if (foreign.length > 0 && waited() >= patience.foreignSeconds) {
      await expectGhosts(foreign);
      continue;
    }
    const mustWait = watchers.length > foreign.length && !oldIsDead && waited() < patience.ownSeconds;
    if (foreign.length === 0 && !mustWait) break;
    if (!told) log(`${image} is open elsewhere (${watchers.join(", ")}): waiting for it to be closed`);
    told = true;
    await clock.sleep(POLL_MS);
  }
  if (old === null) return ghosts;
  for (const address of own) await rbd.blocklist(address, FENCE_SECONDS);
  log(`the old writer ${old.address} of ${image} is fenced; its work is taken over`);
  const fenced = clock.now();
  for (;;) {
    const watchers = await present();
    if (watchers.length === 0) return ghosts;
    if (clock.now() - fenced >= patience.foreignSeconds * 1000) await expectGhosts(watchers);
    else await clock.sleep(POLL_MS);
  }
}

/** Ghosts that are so twice: a client that opens or closes the image at this very moment is none. */
async function lastingGhosts(rbd: Rbd, image: string, clock: Clock): Promise<string[]> {
  const first = await rbd.ghosts(image);
  await clock.sleep(POLL_MS);
  const second = first.length === 0 ? [] : await rbd.ghosts(image);
  return first.filter((address) => second.includes(address));
}

/** The refusal of an image that somebody else holds open. */
export function foreignWatcher(rbd: Rbd, image: string, addresses: readonly string[]): Error {
  return refused(
    `the RBD image ${rbd.access.pool}/${image} is held open by ${addresses.join(", ")}, which is not a writer of this ` +
      "disk. Nothing was written. Find that client (rbd status; a server that runs from the volume?) and end it, then run again.",
  );
}
