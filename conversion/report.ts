import { z } from "zod";
import { verbs } from "./job.ts";

/**
 * The one line of JSON that a stage prints on standard output. Pulumi stores it in the state: it is small, and holds
 * neither times nor hosts, so that nothing changes when nothing has happened.
 */
export const Report = z.strictObject({
  version: z.literal(1),
  verb: z.enum(verbs),
  vm: z.string(),
  /** Resource name of the disk, for the verbs of a disk. */
  disk: z.string().optional(),
  /** What happened, for example "copied" or "skipped: sealed". */
  result: z.string(),
  /** Facts worth keeping. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type Report = z.infer<typeof Report>;
