import { z } from "zod";
import { DiskPlace } from "./disk-source.ts";
import { DeviceKey, TargetName, VmKey, WaveName } from "./names.ts";
import { Check, ImageVisibility, Phase } from "./plan.ts";

/**
 * The wave file (`inventory/waves/WAVE.json`): estate + plan + what the cloud offers, resolved by `wavelift plan WAVE`.
 * The Pulumi program declares resources from it and from nothing else; its git diff is the diff of decisions.
 * No volatile fact (ESXi host, tools state, snapshots) stands here.
 */

/** A decided value's reason, one sentence for the reviewer. */
const Reason = z.string().min(1);

export const Concern = z.strictObject({
  /** Stable id such as network.unmapped. */
  id: z.string().regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/),
  category: z.enum(["Critical", "Warning", "Information"]),
  /** Short title. */
  label: z.string().min(1),
  /** What was found, with the value, what was expected and what to do. */
  assessment: z.string().min(1),
  /** VM that the finding is about; null: the wave as a whole. */
  vm: VmKey.nullable(),
  /** Written reason when the plan changed the category or waived the concern. */
  overridden: z.string().optional(),
  /** The category that it would have without that. */
  original: z.enum(["Critical", "Warning", "Information"]).optional(),
});
export type Concern = z.infer<typeof Concern>;

export const PlannedDisk = z.strictObject({
  /** Resource name KEY-disk-DEVICEKEY. */
  key: z.string(),
  deviceKey: DeviceKey,
  label: z.string(),
  /** Name of the volume in Cinder. */
  name: z.string(),
  source: DiskPlace,
  /** Virtual size at the source, in bytes. */
  capacityBytes: z.int().positive(),
  /** Size of the volume in GiB: capacity rounded up. */
  sizeGiB: z.int().positive(),
  volumeType: z.string(),
  volumeTypeReason: Reason,
  /** 0 for the disk to boot from, -1 for the others. */
  bootIndex: z.union([z.literal(0), z.literal(-1)]),
});
export type PlannedDisk = z.infer<typeof PlannedDisk>;

export const PlannedNic = z.strictObject({
  /** Resource name KEY-nic-DEVICEKEY. */
  key: z.string(),
  deviceKey: DeviceKey,
  label: z.string(),
  /** Name of the port in Neutron. */
  name: z.string(),
  /** Lower case; null: the source tells none, and Neutron gives the port one that it keeps. */
  macAddress: z.string().nullable(),
  sourceNetwork: z.string(),
  networkId: z.string(),
  networkName: z.string(),
  /** Empty: none is known; Neutron gives the port one of the pool, since Nova takes no port without an address. */
  fixedIps: z.array(z.strictObject({ subnetId: z.string(), ipAddress: z.string() })),
  /** Names of security groups of the plan (declared in the estate's own stack). */
  securityGroups: z.array(z.string()),
  allowedAddressPairs: z.array(z.strictObject({ ipAddress: z.string(), macAddress: z.string().nullable() })),
  /** false: the NIC was disconnected at the source; the link stays down. */
  adminStateUp: z.boolean(),
  reason: Reason,
});
export type PlannedNic = z.infer<typeof PlannedNic>;

export const PlannedVm = z.strictObject({
  key: VmKey,
  /** Display name of the server. */
  name: z.string(),
  /** Display name at the source. */
  sourceName: z.string(),
  sourceId: z.string(),
  instanceUuid: z.string().nullable(),
  target: TargetName,
  phase: Phase,
  generation: z.int().min(1),
  /** Whether a server is declared. */
  boot: z.boolean(),
  bootReason: Reason,
  flavor: z.strictObject({ id: z.string(), name: z.string(), vcpus: z.int(), memoryMiB: z.int(), reason: Reason }),
  bootDiskReason: Reason,
  /** In the order in which the server gets them: the boot disk first. */
  disks: z.array(PlannedDisk),
  /** In NIC order of the source. */
  nics: z.array(PlannedNic),
  /** Source networks whose NICs are left out on purpose. */
  ignoredNics: z.array(
    z.strictObject({ deviceKey: DeviceKey, network: z.string(), macAddress: z.string().nullable() }),
  ),
  /** Image properties set on the boot volume, sorted by name. */
  imageProperties: z.record(z.string(), z.string()),
  imagePropertiesReason: Reason,
  dependsOn: z.array(VmKey),
  /** Empty: the default (the first address answers, else the console shows a login). */
  checks: z.array(Check),
  readyTimeoutSeconds: z.int(),
  availabilityZone: z.string().nullable(),
  serverGroup: z.string().nullable(),
  /** The server boots before its disks are copied; left out where it does not. */
  instant: z.literal(true).optional(),
  exclude: z.boolean(),
});
export type PlannedVm = z.infer<typeof PlannedVm>;

/** A template: its boot disk becomes an image. */
export const PlannedImage = z.strictObject({
  key: VmKey,
  /** Name of the image. */
  name: z.string().min(1),
  /** Display name of the template at the source. */
  sourceName: z.string(),
  sourceId: z.string(),
  target: TargetName,
  /** An image is not copied before a cutover: `precopy` is as `cutover`. */
  phase: Phase,
  generation: z.int().min(1),
  disk: PlannedDisk.pick({ key: true, deviceKey: true, label: true, source: true, capacityBytes: true }),
  diskReason: Reason,
  /** Labels of the other disks: they stay at the source. */
  leftOutDisks: z.array(z.string()),
  minDiskGiB: z.int().min(0),
  minRamMiB: z.int().min(0),
  visibility: ImageVisibility,
  protected: z.boolean(),
  /** Sorted by name. */
  imageProperties: z.record(z.string(), z.string()),
  imagePropertiesReason: Reason,
  exclude: z.boolean(),
});
export type PlannedImage = z.infer<typeof PlannedImage>;

export const WaveFile = z.strictObject({
  version: z.literal(1),
  wave: WaveName,
  /** Target name -> entry of clouds.yaml. */
  targets: z.record(TargetName, z.strictObject({ cloud: z.string() })),
  /** Sorted by key. */
  vms: z.array(PlannedVm),
  /** Templates, sorted by key; left out where there are none. */
  images: z.array(PlannedImage).optional(),
});
export type WaveFile = z.infer<typeof WaveFile>;
