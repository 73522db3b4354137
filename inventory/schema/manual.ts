import { z } from "zod";
import { DiskBus, DiskFormat } from "./estate.ts";
import { DeviceKey, MacAddress } from "./names.ts";

/**
 * The file for `wavelift inventory manual FILE.yaml`: VMs that no tool knows, written by hand. What is left out and has a
 * default is told when the file is read. inventory/manual.example.yaml has one of everything.
 */

const FACTORS: Readonly<Record<string, number>> = {
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

/** "4 GiB", in bytes. GB is 1000, GiB 1024. */
export const Size = z
  .string()
  .regex(/^\d{1,6}(\.\d{1,3})? ?(MiB|GiB|TiB|MB|GB|TB)$/, 'a size such as "4 GiB" or "500 GB"')
  .transform((text) => Number.parseFloat(text) * (FACTORS[text.replace(/[\d. ]/g, "")] ?? Number.NaN))
  .pipe(z.int("a size of whole bytes").positive());

export const ManualDisk = z.strictObject({
  /** Path inside the datastore. */
  file: z.string().min(1),
  /** Default: --datastore, or the folder's name. */
  datastore: z.string().min(1).optional(),
  /** Default: the file's ending. */
  format: DiskFormat.optional(),
  /** Virtual size; default: what the file says. */
  size: Size.optional(),
  /** virtio: virtio-blk. Default: scsi. */
  bus: z.union([DiskBus, z.literal("virtio")]).optional(),
  /** true: the disk to start from. */
  boot: z.boolean().optional(),
  /** Keeps the disk's name when others are put before it; default: by bus and position. */
  deviceKey: DeviceKey.optional(),
});
export type ManualDisk = z.infer<typeof ManualDisk>;

/** "10.20.0.9/24", or without the prefix. */
const Address = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]);

export const ManualNic = z.strictObject({
  network: z.string().min(1),
  /** Default: OpenStack gives one. */
  mac: MacAddress.optional(),
  addresses: z.array(Address).default([]),
  gateway: z.union([z.ipv4(), z.ipv6()]).optional(),
  /** For example vmxnet3, e1000, virtio. */
  model: z.string().min(1).optional(),
  connected: z.boolean().default(true),
  deviceKey: DeviceKey.optional(),
});
export type ManualNic = z.infer<typeof ManualNic>;

export const ManualVm = z.strictObject({
  name: z.string().min(1).max(4096),
  /** Keeps the VM's key when it is renamed; default: the name. */
  id: z.string().min(1).optional(),
  cpus: z.int().positive(),
  coresPerSocket: z.int().positive().optional(),
  memory: Size,
  /** Default: bios. */
  firmware: z.enum(["bios", "efi"]).optional(),
  secureBoot: z.boolean().default(false),
  tpm: z.boolean().default(false),
  /** Default: off. */
  power: z.enum(["on", "off", "suspended"]).optional(),
  /** The system in words, "Debian 12" or "Windows Server 2019", or vSphere's guest id. */
  guest: z.string().min(1).optional(),
  hostName: z.string().min(1).optional(),
  notes: z.string().optional(),
  tags: z.array(z.string()).default([]),
  vips: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  disks: z.array(ManualDisk).min(1),
  nics: z.array(ManualNic).default([]),
});
export type ManualVm = z.infer<typeof ManualVm>;

/** The whole file. VMs are checked one by one, so that a wrong one hides no other. */
export const ManualFile = z.strictObject({ version: z.literal(1), vms: z.array(z.unknown()).min(1) });
