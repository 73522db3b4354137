import { z } from "zod";

/**
 * Key of a VM in the plan: unique in the whole plan, never changed, part of every resource name.
 * 40 characters leave room for `-import-DEVICEKEY` below OpenStack's 60-character tag limit (Neutron, Zed).
 */
export const VmKey = z.string().regex(/^[a-z0-9-]{1,40}$/, "1 to 40 characters of a-z, 0-9 and -");
export type VmKey = z.infer<typeof VmKey>;

/** Name of a wave; it is also the name of its Pulumi stack. */
export const WaveName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,29}$/, "1 to 30 characters of a-z, 0-9 and -, no leading -");

/** Name of a target (an OpenStack cloud, region and project) in the plan. */
export const TargetName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,29}$/, "1 to 30 characters of a-z, 0-9 and -");

/** Device key of a disk or NIC at the source (vSphere: 2000 and up for disks, 4000 and up for NICs). */
export const DeviceKey = z.int().min(0).max(2_147_483_647);

/** A MAC address in lower case, as Neutron stores and compares it. Upper case is accepted and lowered. */
export const MacAddress = z
  .string()
  .transform((mac) => mac.toLowerCase())
  .pipe(z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, "six pairs of hexadecimal digits separated by colons"));

/** Resource name of a disk: volume, and digest key of the ledger. */
export const diskName = (vm: string, deviceKey: number): string => `${vm}-disk-${deviceKey}`;
/** Resource name of a NIC's port. */
export const nicName = (vm: string, deviceKey: number): string => `${vm}-nic-${deviceKey}`;
/** Resource name of the Command that makes a template an image. */
export const imageStage = (vm: string): string => `${vm}-image`;
/** Resource name of the Command that waits until an instant import of a disk is copied, and commits it. */
export const commitName = (vm: string, deviceKey: number): string => `${vm}-commit-${deviceKey}`;
/** Resource name of the Command that imports a disk. */
export const importName = (vm: string, deviceKey: number): string => `${vm}-import-${deviceKey}`;
