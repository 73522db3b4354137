import { z } from "zod";
import { StorageFacts } from "../planning/image-facts.ts";
import { verbs } from "./job.ts";

/**
 * The one line of JSON that a stage prints on standard output. Pulumi stores it in the state: it is small, and holds
 * neither times nor hosts, so that nothing changes when nothing has happened.
 */
export const Report = z.strictObject({
  version: z.literal(1),
  verb: z.enum(verbs),
  /** For the verbs of a VM or a disk. */
  vm: z.string().optional(),
  /** Resource name of the disk, for the verbs of a disk. */
  disk: z.string().optional(),
  /** What happened, for example "copied" or "skipped: sealed". */
  result: z.string(),
  /** Facts worth keeping. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** What `leftovers` and `purge` found: they are run by the command line, not by Pulumi. */
  storage: StorageFacts.optional(),
});
export type Report = z.infer<typeof Report>;
