import { z } from "zod";

/**
 * What the conversion host sees of a volume's RBD image: read by the verb `leftovers`, judged in planning/leftovers.ts.
 * A ledger that speaks of another volume, disk or stack is `foreign`; one that this version cannot read is `unreadable`.
 */
export const ImageFacts = z.strictObject({
  volumeId: z.uuid(),
  /** null: there is no image of this volume. */
  image: z
    .strictObject({
      /** State of the ledger, or none, foreign, unreadable. */
      ledger: z.string(),
      /** Whether any object was ever written and not discarded. */
      hasData: z.boolean(),
      snapshots: z.int().min(0),
      isClone: z.boolean(),
      /** Client addresses of those who hold it open. */
      watchers: z.array(z.string()),
    })
    .nullable(),
  /** Why nothing is known; null when it is. */
  fault: z.string().nullable(),
});
export type ImageFacts = z.infer<typeof ImageFacts>;

/** An image in the RBD trash whose own ledger says that this stack made it. */
export const TrashFacts = z.strictObject({
  /** RBD's id of the image, by which it is removed. */
  id: z.string().regex(/^[0-9a-f]+$/),
  volumeId: z.uuid(),
  disk: z.string(),
  /** State of the ledger. */
  ledger: z.string(),
});
export type TrashFacts = z.infer<typeof TrashFacts>;

/** What became of a trash entry that was to be removed; `fault` null: it is gone. */
export const Purged = z.strictObject({ id: z.string(), fault: z.string().nullable() });
export type Purged = z.infer<typeof Purged>;

/** What the verbs `leftovers` and `purge` found out. */
export const StorageFacts = z.strictObject({
  images: z.array(ImageFacts),
  trash: z.array(TrashFacts),
  purged: z.array(Purged),
});
export type StorageFacts = z.infer<typeof StorageFacts>;
