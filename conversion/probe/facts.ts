import { z } from "zod";

/** A tool of the conversion host; version null where it does not say one. */
const ToolFacts = z.strictObject({ found: z.boolean(), version: z.string().nullable() });

const FolderFacts = z.strictObject({
  path: z.string(),
  freeBytes: z.number().nullable(),
  fault: z.string().nullable(),
});

/** One thing that a pool's user must be able to do: null when it can, else what the tool said; "skipped" after a failure. */
const Step = z.string().nullable();

const PoolFacts = z.strictObject({
  pool: z.string(),
  user: z.string(),
  conf: z.string(),
  steps: z.strictObject({
    list: Step,
    create: Step,
    write: Step,
    read: Step,
    metadata: Step,
    watchers: Step,
    fence: Step,
  }),
  /** What of the probe could not be removed. */
  leftover: z.string().nullable(),
  /** Milliseconds by which the monitors' clock is ahead of the host's; null when they did not tell. */
  monitorsAheadMs: z.number().nullable(),
});

/**
 * What the conversion program finds on its host, without any judgement: `wavelift doctor` judges it. Free space, times
 * and limits are of the moment.
 */
export const HostFacts = z.strictObject({
  hostName: z.string(),
  node: z.string(),
  /** Milliseconds since 1970, by the host's clock, when it read its order. */
  clockMs: z.number(),
  /** Soft limit of open files; null where it cannot be read. */
  openFiles: z.number().nullable(),
  /** Why children cannot be tied to the program's life (`setpriv --pdeathsig`); null when they can. */
  setpriv: z.string().nullable(),
  tools: z.record(z.string(), ToolFacts),
  runFolder: FolderFacts,
  bundleFolder: FolderFacts,
  datastores: z.record(
    z.string(),
    z.strictObject({ path: z.string(), writable: z.boolean(), fault: z.string().nullable() }),
  ),
  /** By target. */
  pools: z.record(z.string(), PoolFacts),
});
export type HostFacts = z.infer<typeof HostFacts>;
export type PoolFacts = z.infer<typeof PoolFacts>;
export type FolderFacts = z.infer<typeof FolderFacts>;
export type ToolFacts = z.infer<typeof ToolFacts>;

/** The order to look at the host. */
export const ProbeWork = z.strictObject({ verb: z.literal("probe") });

/** The order to look at the space of its pools. */
export const SpaceWork = z.strictObject({ verb: z.literal("space") });
