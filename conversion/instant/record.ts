import { z } from "zod";
import { refused } from "../failure.ts";
import type { DiskIdentity } from "../ledger/ledger.ts";
import type { Rbd } from "../rbd/rbd.ts";

/** Key of the record in an image's metadata. */
export const INSTANT_KEY = "wavelift.instant.v1";

/**
 * How far the instant import of a disk is. `preparing`: Cinder's image is being put aside. `prepared`: the image that took its
 * place reads through to the source. `verified`: all is copied, and what was copied is what the source holds. `aborting`: it
 * is given up. `committed` stands on the image itself, which then needs no source.
 */
export const InstantPhase = z.enum(["preparing", "prepared", "verified", "aborting", "committed"]);
export type InstantPhase = z.infer<typeof InstantPhase>;

/**
 * What an instant import remembers. It stands on Cinder's empty image, which is kept aside until the commit: an image that
 * reads from elsewhere cannot even be looked at (16.2: "failed to open parent image") while nobody serves it, which is just
 * when this has to be known.
 */
export const InstantRecord = z.strictObject({
  version: z.literal(1),
  volumeId: z.uuid(),
  disk: z.string(),
  stack: z.string(),
  generation: z.int().min(1),
  phase: InstantPhase,
  /** SHA-256 of the source's fingerprint. */
  fingerprint: z.string(),
  /** Where the image reads from: what stands in its header. Null while it does not. */
  url: z.string().nullable(),
  /** Name of the conversion host whose gateway serves it, for messages. */
  host: z.string(),
  /** Of the source's contents, from `verified` on. */
  digest: z.string().nullable(),
});
export type InstantRecord = z.infer<typeof InstantRecord>;

/** Where Cinder's empty image stands while the other one has its name. */
export const asideName = (volumeId: string): string => `wavelift-aside-${volumeId}`;

/**
 * The record on an image, null when there is neither image nor record.
 * @throws a refusal when it cannot be read or is another disk's
 */
export async function readRecord(rbd: Rbd, image: string, expected: DiskIdentity): Promise<InstantRecord | null> {
  if ((await rbd.info(image)) === null) return null;
  const text = (await rbd.metadata(image)).get(INSTANT_KEY);
  if (text === undefined) return null;
  const where = `${expected.disk}: the record of an instant import on the RBD image ${rbd.access.pool}/${image}`;
  const record = parsed(text);
  if (record === null)
    throw refused(`${where} cannot be read by this version of wavelift: ${text.slice(0, 100)}. Nothing was changed.`);
  const fields = ["volumeId", "disk", "stack", "generation"] as const;
  const foreign = fields.filter((field) => record[field] !== expected[field]);
  if (foreign.length > 0)
    throw refused(
      `${where} belongs to another disk: ${foreign.map((field) => `${field} is ${record[field]}, expected ${expected[field]}`).join("; ")}. ` +
        "Nothing was changed. Was the volume cloned, or used by another stack?",
    );
  return record;
}

function parsed(text: string): InstantRecord | null {
  try {
    return InstantRecord.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
