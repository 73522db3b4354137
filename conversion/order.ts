import { z } from "zod";
import { CloudEntry } from "../cloud/entry.ts";
import { PoolSpaces } from "../planning/pool-space.ts";
import { Work } from "./input.ts";
import { HostFacts, ProbeWork, SpaceWork } from "./probe/facts.ts";
import { Report } from "./report.ts";
import { Settings } from "./settings.ts";
import { SourceLogins } from "./source/login.ts";

/**
 * The first line that the launcher sends to the program on its standard input. It may hold credentials: they go this way
 * only, never by arguments, environment or files. Every further line is a heartbeat.
 */
export const Order = z.strictObject({
  version: z.literal(1),
  work: z.discriminatedUnion("verb", [Work, ProbeWork, SpaceWork]),
  settings: Settings,
  /** Null for verbs that ask nothing of the cloud. */
  cloud: CloudEntry.nullable(),
  /** Servers that the job's disks are read from. */
  logins: SourceLogins,
  /** A slot is held: the program may copy. Without it, it looks at everything and stops before the first byte. */
  mayCopy: z.boolean(),
});
export type Order = z.infer<typeof Order>;

/** The line that the program sends back on its standard output. */
export const Reply = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("report"), report: Report }),
  z.strictObject({ kind: z.literal("needsSlot") }),
  z.strictObject({ kind: z.literal("facts"), facts: HostFacts }),
  z.strictObject({ kind: z.literal("space"), spaces: PoolSpaces }),
]);
export type Reply = z.infer<typeof Reply>;

/** First line that the program prints on standard output; it answers each heartbeat with an empty one. */
export const HELLO = "wavelift conversion program";

/** How often the launcher sends a heartbeat, and after which silence the program ends itself and all that it started. */
export const HEARTBEAT_MS = 3_000;
export const SILENCE_MS = 15_000;
