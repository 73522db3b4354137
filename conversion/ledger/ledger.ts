import { z } from "zod";
import { ProcessIdentity } from "../process-identity.ts";
import { parseRanges } from "./ranges.ts";

/** Key of the ledger in the RBD image's metadata. */
export const LEDGER_KEY = "wavelift.v1";

/**
 * Key of a second copy, kept from `copied` on. No fence reaches the `rbd image-meta set` of a run that was stopped just
 * before it wrote: when it wakes up, it puts an old record over a newer one. This one it does not touch.
 */
export const DONE_KEY = "wavelift.v1.done";

/** How far a disk has come, in this order. `synced` and `converted` may be left out on the way. */
export const states = ["empty", "copying", "copied", "synced", "converted", "sealed", "accepted"] as const;
export const State = z.enum(states);
export type State = z.infer<typeof State>;

const Ranges = z.string().refine((text) => parseRanges(text) !== null, "ranges such as 0-17,19");

/** What the source's files looked like when copying began: one changed byte count or time means another source. */
export const Fingerprint = z.strictObject({
  files: z.int().positive(),
  bytes: z.int().min(0),
  /** SHA-256 over name, size and modification time in nanoseconds of each file. */
  sha256: z.string(),
});
export type Fingerprint = z.infer<typeof Fingerprint>;

/** Who writes the image now; null when nobody does. */
export const Writer = z.strictObject({
  /** Random, one a claim: whoever finds another one has been replaced and stops. */
  nonce: z.string().min(1),
  /** Ceph client address (with its own nonce) of the process that holds the image open: what is fenced. */
  address: z.string().min(1),
  /**
   * Address of the client that reads the image back for this writer. It writes nothing; it is named so that its watch
   * on the image is not taken for a stranger's when both were killed.
   */
  reader: z.string().min(1).optional(),
  /** The process that writes, so that on its own host its death is known at once. */
  process: ProcessIdentity.nullable(),
});
export type Writer = z.infer<typeof Writer>;

/**
 * The truth about a disk, kept in the metadata of its RBD image, so that it travels with the data.
 * Small: it is passed as one argument to `rbd image-meta set`.
 */
export const Ledger = z.strictObject({
  version: z.literal(1),
  volumeId: z.uuid(),
  /** Resource name of the disk, KEY-disk-DEVICEKEY. */
  disk: z.string().min(1),
  stack: z.string().min(1),
  generation: z.int().min(1),
  state: State,
  writer: Writer.nullable(),
  capacityBytes: z.int().positive(),
  /** Unit of work of this copy; the job's may have changed since, the numbers below keep their meaning. */
  sliceMiB: z.int().positive(),
  /** Slices that may hold data: recorded before the first byte is written. */
  begun: Ranges,
  /** Slices that were written, flushed and found equal to the source. */
  finished: Ranges,
  source: Fingerprint,
  /** Change id of the last pass of a warm copy. */
  changeId: z.string().nullable(),
  /**
   * Set while the image still reads from its source (instant import): nothing of it is copied for good, and a server may
   * run from it all the same.
   */
  instant: z.literal(true).optional(),
  digest: z.string().nullable(),
  /** Names of the image properties that `seal` has set, so that it can take away those no longer wanted. */
  imageProperties: z.array(z.string()),
});
export type Ledger = z.infer<typeof Ledger>;

/** Which disk a ledger must speak of. */
export type DiskIdentity = Pick<Ledger, "volumeId" | "disk" | "stack" | "generation">;

/** What in a ledger speaks of another disk, as "field: found, expected"; empty when it is this disk's own. */
export function foreignFields(ledger: Ledger, expected: DiskIdentity): string[] {
  const fields = ["volumeId", "disk", "stack", "generation"] as const;
  return fields
    .filter((field) => ledger[field] !== expected[field])
    .map((field) => `${field} is ${ledger[field]}, expected ${expected[field]}`);
}

/** Whether the disk has come at least as far as `state`. */
export const reached = (ledger: Ledger, state: State): boolean => states.indexOf(ledger.state) >= states.indexOf(state);

/** Whether both are the same record, or both are none. */
export const isSame = (one: Ledger | null, other: Ledger | null): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** The ledger of an image by its two records: the one that has come further, where both are the same disk's. */
export function furthest(record: Ledger | null, done: Ledger | null): Ledger | null {
  if (record === null || done === null || foreignFields(done, record).length > 0) return record;
  return reached(record, done.state) ? record : done;
}

/** A record as it stands on an image; null when this version cannot read it. */
export function parseLedger(text: string): Ledger | null {
  try {
    return Ledger.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Number of slices of the disk. */
export const sliceCount = (ledger: Pick<Ledger, "capacityBytes" | "sliceMiB">): number =>
  Math.ceil(ledger.capacityBytes / (ledger.sliceMiB * 1024 * 1024));
