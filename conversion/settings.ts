import { z } from "zod";
import { RunnerSettings } from "./runner/runner-settings.ts";

/**
 * `runners.yaml`: where the work runs and what the conversion host sees. It is read at run time by the launcher
 * (WAVELIFT_RUNNERS, else `runners.yaml` in the project's folder) and never enters the state, so that another host,
 * mount point or pool is no change of any resource.
 */
export const Settings = z.strictObject({
  version: z.literal(1),
  runner: RunnerSettings.default({ kind: "local" }),
  /** Datastore -> folder where the conversion host sees it (local disk or NFS mount). */
  datastores: z.record(z.string(), z.string().regex(/^\//, "an absolute path")),
  /** Target -> access to its RBD pool. */
  storage: z.record(
    z.string(),
    z.strictObject({
      /** Cinder's pool. */
      pool: z.string().min(1).default("volumes"),
      /** cephx user without "client.". */
      user: z.string().min(1).default("cinder"),
      /** Path of ceph.conf. */
      conf: z.string().min(1).default("/etc/ceph/ceph.conf"),
    }),
  ),
  /** How many disks are copied at the same time on this conversion host. Default 4. */
  slots: z.int().min(1).default(4),
  /** Threads of one qemu-img (its -m); default 8. */
  threads: z.int().min(1).max(16).default(8),
});
export type Settings = z.infer<typeof Settings>;
