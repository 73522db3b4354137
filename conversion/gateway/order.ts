import { z } from "zod";
import { DiskSource } from "../job.ts";
import { Settings } from "../settings.ts";
import { SourceLogins } from "../source/login.ts";

/**
 * The line that a gateway gets on its standard input. It may hold credentials of the source: they go this way only, and
 * are kept in memory. After a reboot the next `up` brings them again.
 */
export const GatewayOrder = z.strictObject({
  version: z.literal(1),
  /** Target whose pool holds the image (runners.yaml). */
  target: z.string(),
  volumeId: z.uuid(),
  disk: z.string(),
  source: DiskSource,
  /** SHA-256 of the source's fingerprint as it was when the image was prepared: no other source is served. */
  fingerprint: z.string(),
  /** Size of the volume. */
  sizeBytes: z.int().positive(),
  address: z.string(),
  port: z.int(),
  token: z.string(),
  settings: Settings,
  logins: SourceLogins,
});
export type GatewayOrder = z.infer<typeof GatewayOrder>;

/** The one line that it answers with, on standard output. */
export const GatewayReply = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("serving") }),
  /** `busy`: the port is taken, another one may be free. */
  z.strictObject({ kind: z.literal("fault"), message: z.string(), exitCode: z.int(), busy: z.boolean() }),
]);
export type GatewayReply = z.infer<typeof GatewayReply>;
