import { z } from "zod";
import { DiskFormat } from "../../inventory/schema/estate.ts";
import { MacAddress, VmKey } from "../../inventory/schema/names.ts";

/** What the lab can build: see guests.yaml, the lab's own guests. */

/** Name of a folder or file below the lab's home; it becomes part of a path. */
const PathName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "1 to 40 characters of a-z, 0-9 and -, no leading -");

/** How a disk is written: VMware's subformats (`vmfs` is what ESXi itself has), and other hypervisors' formats. */
export const ImageFormat = z.enum([
  "vmfs",
  "monolithicFlat",
  "monolithicSparse",
  "streamOptimized",
  "twoGbMaxExtentSparse",
  "twoGbMaxExtentFlat",
  "vhd",
  "vhdx",
  "vdi",
  "qcow2",
  "raw",
]);
export type ImageFormat = z.infer<typeof ImageFormat>;

const Disk = z.strictObject({
  datastore: PathName,
  /** Virtual size. A root disk needs 1100 MiB and more. */
  sizeMiB: z.int().min(16).max(20_480),
  format: ImageFormat,
});

/** A data disk: an ext4 without partitions that holds `marker`, `random.bin` and `SHA256SUMS`, mounted at /LABEL. */
const DataDisk = Disk.extend({ label: z.string().regex(/^[a-z0-9]{1,16}$/), contentMiB: z.int().min(1).max(512) });

const Nic = z.strictObject({
  macAddress: MacAddress,
  /** Name of the network at the source. */
  network: z.string().min(1),
  /** Address with its prefix, static inside the guest. */
  address: z.cidrv4(),
  gateway: z.ipv4().optional(),
});

export const Guest = z.strictObject({
  key: VmKey.regex(/^[a-z0-9]/, "no leading -"),
  /** Host name inside the guest, and display name at the source. */
  name: PathName,
  instanceUuid: z.uuid(),
  /** Not part of the demo's estate. */
  testOnly: z.boolean().default(false),
  cpus: z.int().positive().default(1),
  memoryMiB: z.int().min(256).default(512),
  firmware: z.enum(["bios", "efi"]).default("bios"),
  rootBy: z.enum(["uuid", "device", "missing"]).default("uuid"),
  controller: z.enum(["pvscsi", "lsilogic", "lsilogicsas"]),
  root: Disk,
  data: z.array(DataDisk).default([]),
  nics: z.array(Nic).min(1),
});
export type Guest = z.infer<typeof Guest>;

export const GuestFile = z
  .strictObject({ version: z.literal(1), guests: z.array(Guest) })
  .refine(({ guests }) => new Set(guests.map(({ key }) => key)).size === guests.length, "two guests have the same key");

/** A disk of a guest with its place: file names follow vSphere, `db01.vmdk`, then `db01_1.vmdk`. */
export interface GuestDisk {
  readonly datastore: string;
  /** Path inside the datastore, what an estate file names. */
  readonly file: string;
  readonly sizeMiB: number;
  readonly format: ImageFormat;
  /** null for the root disk. */
  readonly data: { readonly label: string; readonly contentMiB: number } | null;
}

/** The format's name in an estate file and for qemu-img: all VMware subformats are `vmdk` (qemu-img: `vpc` for vhd). */
export const diskFormat = (format: ImageFormat): DiskFormat => {
  const own = DiskFormat.safeParse(format);
  return own.success ? own.data : "vmdk";
};

/** The guest's disks in unit order: root first. */
export const disksOf = (guest: Guest): GuestDisk[] => [
  { ...guest.root, file: `${guest.key}/${guest.key}.${diskFormat(guest.root.format)}`, data: null },
  ...guest.data.map((disk, index) => ({
    datastore: disk.datastore,
    file: `${guest.key}/${guest.key}_${index + 1}.${diskFormat(disk.format)}`,
    sizeMiB: disk.sizeMiB,
    format: disk.format,
    data: { label: disk.label, contentMiB: disk.contentMiB },
  })),
];
