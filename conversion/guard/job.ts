import { z } from "zod";

/**
 * The job of a guard of shared groups (components/group-guard.ts), given on stdin like that of a stage: all that is
 * known at preview. The groups' ids come in the environment.
 */
export const GuardJob = z.strictObject({
  version: z.literal(1),
  /** project/stack of the estate's own stack. */
  stack: z.string().min(1),
  target: z.string().min(1),
  /** Entry of clouds.yaml of the target. */
  cloud: z.string().min(1),
  /** `group`: one group; `target`: all that waves share there, also for VMs that have begun and have no port yet. */
  scope: z.enum(["group", "target"]),
  /** Names, for the reviewer. */
  securityGroups: z.array(z.string()),
  serverGroups: z.array(z.string()),
});
export type GuardJob = z.infer<typeof GuardJob>;

const Ids = z.record(z.string(), z.string().min(1));

/** Ids by name: the value of {@link GROUP_IDS} (JSON). */
export const GuardedIds = z.strictObject({ securityGroups: Ids, serverGroups: Ids });

export const GROUP_IDS = "WAVELIFT_GROUP_IDS";

/** `guard` stands there and does nothing; `unguard`, its delete, refuses while anybody uses the groups. */
export const guardVerbs = ["guard", "unguard"] as const;
export type GuardVerb = (typeof guardVerbs)[number];

/** The verb, or null where it is that of a stage. */
export const guardVerb = (text: string | undefined): GuardVerb | null =>
  guardVerbs.find((known) => known === text) ?? null;
