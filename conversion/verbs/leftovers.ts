import type { ImageFacts, Purged, StorageFacts, TrashFacts } from "../../planning/image-facts.ts";
import { messageOf } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import { DONE_KEY, furthest, LEDGER_KEY, parseLedger, type Ledger } from "../ledger/ledger.ts";
import { imageName } from "../ledger/store.ts";
import type { Rbd } from "../rbd/rbd.ts";
import { openTrash, type Trash, type TrashEntry } from "../rbd/trash.ts";
import { poolOf, type Outcome, type World } from "./world.ts";

/** How many images are looked at side by side. */
const AT_ONCE = 4;

/** Verb `leftovers`: what the volumes named in the job really hold, and what of this stack is in the RBD trash. */
export async function lookForLeftovers(world: World, { job }: WorkOf<"leftovers">): Promise<Outcome> {
  const rbd = poolOf(world, job.target);
  const images = await inTurn(job.volumeIds, (volumeId) => imageFacts(rbd, volumeId, job.stack));
  const trash = trashOf(world, rbd);
  const found = await inTurn(await trash.list(), (entry) => trashFacts(trash, entry, job.stack));
  return report("leftovers", "looked", { images, trash: found.flatMap((entry) => entry ?? []), purged: [] });
}

/**
 * Verb `purge`: removes images from the RBD trash. Whatever the job says, only those that carry this stack's ledger and
 * were not accepted: the image itself is asked again.
 */
export async function purgeTrash(world: World, { job }: WorkOf<"purge">): Promise<Outcome> {
  const trash = trashOf(world, poolOf(world, job.target));
  const there = new Map((await trash.list()).map((entry) => [entry.id, entry]));
  const purged = await inTurn(job.trash, async (id): Promise<Purged> => {
    const entry = there.get(id);
    if (entry === undefined) return { id, fault: null };
    const facts = await trashFacts(trash, entry, job.stack);
    if (facts === null) return { id, fault: `its ledger does not say that ${job.stack} made it` };
    if (facts.ledger === "accepted") return { id, fault: "it was accepted" };
    return { id, fault: await trash.remove(id) };
  });
  return report("purge", "purged", { images: [], trash: [], purged });
}

async function imageFacts(rbd: Rbd, volumeId: string, stack: string): Promise<ImageFacts> {
  const name = imageName(volumeId);
  try {
    const info = await rbd.info(name);
    if (info === null) return { volumeId, image: null, fault: null };
    const image = {
      ledger: ledgerState(await rbd.metadata(name), volumeId, stack),
      // One that reads from its source (instant import) has: asked for its extents, librbd 16.2 dies.
      hasData: info.migrating || (await rbd.hasData(name)),
      snapshots: info.snapshots,
      isClone: info.parent !== null,
      watchers: await rbd.watchers(name),
    };
    return { volumeId, image, fault: null };
  } catch (error) {
    return { volumeId, image: null, fault: messageOf(error) };
  }
}

function ledgerState(metadata: ReadonlyMap<string, string>, volumeId: string, stack: string): string {
  const text = metadata.get(LEDGER_KEY);
  if (text === undefined) return "none";
  const ledger = ofTexts(text, metadata.get(DONE_KEY) ?? null);
  if (ledger === null) return "unreadable";
  return ledger.volumeId === volumeId && ledger.stack === stack ? ledger.state : "foreign";
}

/** A trash entry of this stack, null for anything else. */
async function trashFacts(trash: Trash, { id, name }: TrashEntry, stack: string): Promise<TrashFacts | null> {
  const text = await trash.metadata(id, LEDGER_KEY);
  const ledger = text === null ? null : ofTexts(text, await trash.metadata(id, DONE_KEY));
  if (ledger?.stack !== stack || imageName(ledger.volumeId) !== name) return null;
  return { id, volumeId: ledger.volumeId, disk: ledger.disk, ledger: ledger.state };
}

const ofTexts = (record: string, done: string | null): Ledger | null =>
  furthest(parseLedger(record), done === null ? null : parseLedger(done));

const trashOf = (world: World, rbd: Rbd): Trash =>
  openTrash(world.commands, rbd.access, world.folder, (milliseconds) => world.clock.sleep(milliseconds));

function report(verb: "leftovers" | "purge", result: string, storage: StorageFacts): Outcome {
  return { kind: "report", report: { version: 1, verb, result, storage } };
}

/** A few at a time, results in order. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE)
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  return results;
}
