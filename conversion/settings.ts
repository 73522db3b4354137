import { z } from "zod";
import { GatewaySettings } from "./gateway/gateway-settings.ts";
import { DatastoreFolders, StorageAccess } from "./host-view.ts";
import { BandwidthSettings } from "./limits/bandwidth-settings.ts";
import { LimitSettings, LockSettings } from "./limits/limit-settings.ts";
import { RunnerSettings } from "./runner/runner-settings.ts";
import { VddkSettings } from "./source/vddk-settings.ts";

/**
 * `runners.yaml`: where the work runs and what the conversion host sees. It is read at run time by the launcher
 * (WAVELIFT_RUNNERS, else `runners.yaml` in the project's folder) and never enters the state, so that another host,
 * mount point or pool is no change of any resource.
 */
export const Settings = z.strictObject({
  version: z.literal(1),
  runner: RunnerSettings.default({ kind: "local" }),
  /** What the conversion host sees of the source. */
  datastores: DatastoreFolders,
  /** How it reaches the targets. */
  storage: StorageAccess,
  /** How many disks are copied at the same time on a conversion host. Default 4. */
  slots: z.int().min(1).default(4),
  /** How many disks may be read at once from one ESXi host and one datastore. */
  limits: LimitSettings.prefault({}),
  /** Where it is counted who copies: on this machine (`files`), or in Ceph for several machines that run waves. */
  locks: LockSettings.default("files"),
  /** How fast a conversion host reads. Default: as fast as it goes. */
  bandwidth: BandwidthSettings.optional(),
  /** VMware's library for reading disks, where the conversion host has it. */
  vddk: VddkSettings.optional(),
  /** Where instant imports serve their disks; without it there are none. */
  gateway: GatewaySettings.optional(),
  /** Blocks of 4 MiB that one copy reads side by side; it takes three times as much memory. Default 8. */
  threads: z.int().min(1).max(16).default(8),
});
export type Settings = z.infer<typeof Settings>;
