import { z } from "zod";

/**
 * Space of the Ceph pool behind a target as the conversion host sees it (`ceph df`), with replication already taken off:
 * for users to whom Cinder does not show its pools. `fault`: why it could not be seen.
 */
export const PoolSpace = z.union([
  z.strictObject({
    pool: z.string(),
    /** Cluster id and pool: two targets may lead to one. */
    place: z.string(),
    /** What is stored, in bytes. */
    storedBytes: z.number(),
    /** What can still be stored: MAX AVAIL, or what the pool's quota leaves, in bytes. */
    freeBytes: z.number(),
  }),
  z.strictObject({ fault: z.string() }),
]);
export type PoolSpace = z.infer<typeof PoolSpace>;

/** By target, as runners.yaml names them. */
export const PoolSpaces = z.record(z.string(), PoolSpace);
export type PoolSpaces = z.infer<typeof PoolSpaces>;
