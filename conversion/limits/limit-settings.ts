import { z } from "zod";

/** How many disks are copied at once; `unlimited` takes the limit away. */
const Count = z.union([z.int().min(1), z.literal("unlimited")]);
export type Count = z.infer<typeof Count>;

/**
 * `limits` of runners.yaml: how many disks may be read at once from what they lie on, whichever wave, stack or operator
 * copies them. The limit of a conversion host is its `slots`.
 */
export const LimitSettings = z.strictObject({
  /**
   * Disks read through one ESXi host; one that the conversion host reads as a file of a mounted datastore does not
   * count. Default 10: with more, one host gets no faster (inventory/schema/throughput.ts names the sources).
   */
  esxiHost: Count.default(10),
  /** Other limits for ESXi hosts of these names (as the inventory names them). */
  esxiHosts: z.record(z.string().min(1), Count).default({}),
  /** Disks read from one datastore. Default: unlimited. */
  datastore: Count.default("unlimited"),
  /** Other limits for datastores of these names. */
  datastores: z.record(z.string().min(1), Count).default({}),
});
export type LimitSettings = z.infer<typeof LimitSettings>;

/** Ceph as the machine that runs Pulumi reaches it. */
const RadosLocks = z.strictObject({
  kind: z.literal("rados"),
  pool: z.string().min(1).default("volumes"),
  /** cephx user without "client."; its keyring is where ceph.conf says. */
  user: z.string().min(1).default("cinder"),
  conf: z.string().min(1).default("/etc/ceph/ceph.conf"),
});
export type RadosLocks = z.infer<typeof RadosLocks>;

/**
 * `locks` of runners.yaml: where it is counted who copies. `files` (default): on this machine, for all that this user runs
 * here. `rados`: in Ceph, for several machines that run waves from the same sources at the same time.
 */
export const LockSettings = z.union([z.enum(["files", "rados"]), RadosLocks]);
export type LockSettings = z.infer<typeof LockSettings>;

/** Where in Ceph it is counted; null: on this machine. */
export function radosOf(locks: LockSettings): RadosLocks | null {
  if (locks === "files") return null;
  return locks === "rados" ? RadosLocks.parse({ kind: "rados" }) : locks;
}
