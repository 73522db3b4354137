import { z } from "zod";
import { DiskPlace } from "../inventory/schema/disk-source.ts";
import { VmKey } from "../inventory/schema/names.ts";
import { Check, ImageVisibility } from "../inventory/schema/plan.ts";

/**
 * Jobs: what a stage's Command gives the launcher on stdin. Everything in a job is known at preview and shown there;
 * what is known only at run time (ids) comes in the environment; what must not be in the state (hosts, paths,
 * credentials) is looked up by the launcher at run time.
 */
const Common = {
  version: z.literal(1),
  /** project/stack of the wave. */
  stack: z.string().min(1),
  vm: VmKey,
  generation: z.int().min(1),
};

/** Entry of clouds.yaml that the VM goes to, and the name of the target in the plan. */
const Destination = { target: z.string().min(1), cloud: z.string().min(1) };

/** Where a disk's bytes are, and its virtual size in bytes as the estate says; the disk must really have it. */
export const DiskSource = DiskPlace.extend({ capacityBytes: z.int().positive() });
export type DiskSource = z.infer<typeof DiskSource>;

/** A disk (resource name) and where its bytes come from. */
const SourceDisk = z.strictObject({ disk: z.string(), source: DiskSource });
export type SourceDisk = z.infer<typeof SourceDisk>;

/** The disk is read from its source until it is copied, while the server runs (docs/instant.md). */
const Instant = { instant: z.literal(true).optional() };

/**
 * Verb `source`: nobody writes the disks' files. Its delete `restore` gives the source back: what still reads from it is
 * given up first.
 */
export const SourceJob = z.strictObject({
  ...Common,
  ...Destination,
  ...Instant,
  disks: z.array(SourceDisk),
});
export type SourceJob = z.infer<typeof SourceJob>;

/**
 * Verbs `import`, `sync`, `release`: one disk into the volume of WAVELIFT_VOLUME_ID. Verb `commit`, for an instant import:
 * waits until all of it is copied.
 */
export const ImportJob = z.strictObject({
  ...Common,
  ...Destination,
  ...Instant,
  /** Resource name of the disk, KEY-disk-DEVICEKEY: also the key in the volume's mark and in the ledger. */
  disk: z.string().min(1),
  source: DiskSource,
  /** Size of the volume in GiB. */
  sizeGiB: z.int().positive(),
  /** Unit of work in MiB, 4 times a power of two (a whole tree of the disk's digest); default 1024. */
  sliceMiB: z
    .int()
    .min(4)
    .refine((size) => Number.isInteger(Math.log2(size / 4)), "4 times a power of two")
    .default(1024),
});
export type ImportJob = z.infer<typeof ImportJob>;

/** Verbs `image`, `image-sync` (and `unimage`): the boot disk of a template as an image of Glance. */
export const ImageJob = z.strictObject({
  ...Common,
  ...Destination,
  /** `accepted` ends rollback. */
  phase: z.enum(["cutover", "accepted"]),
  /** Resource name of the disk. */
  disk: z.string().min(1),
  source: DiskSource,
  /** Name of the image. */
  name: z.string().min(1),
  visibility: ImageVisibility,
  /** Glance removes no protected image. */
  protected: z.boolean(),
  /** Least root disk of a server made from it. */
  minDiskGiB: z.int().min(0),
  minRamMiB: z.int().min(0),
  imageProperties: z.record(z.string(), z.string()),
  /** Unit of work in MiB; default 1024. */
  sliceMiB: z.int().min(4).multipleOf(4).default(1024),
});
export type ImageJob = z.infer<typeof ImageJob>;

/** What `unimage` needs of an image's job: also where only the image itself is left to tell of it. */
export const ImageRemovalJob = z.object({
  ...Common,
  ...Destination,
  disk: z.string().min(1),
  name: z.string(),
});
export type ImageRemovalJob = z.infer<typeof ImageRemovalJob>;

/** Verbs `seal`, `unseal`: the disks (WAVELIFT_VOLUME_IDS) are final; bootable flag and image properties. */
export const SealJob = z.strictObject({
  ...Common,
  ...Destination,
  /** `accepted` ends rollback. */
  phase: z.enum(["cutover", "accepted"]),
  /** Resource names of the disks; the first is the boot disk. */
  disks: z.array(z.string()).min(1),
  /** Where they were copied from: a source that has changed since its copy is not sealed. */
  sources: z.array(SourceDisk),
  imageProperties: z.record(z.string(), z.string()),
});
export type SealJob = z.infer<typeof SealJob>;

/** Verbs `ready`, `rollback`: the server (WAVELIFT_SERVER_ID) answers; WAVELIFT_VOLUME_IDS for the check of `rollback`. */
export const ReadyJob = z.strictObject({
  ...Common,
  ...Destination,
  disks: z.array(z.string()),
  /** All fixed IPs, in NIC order. */
  addresses: z.array(z.string()),
  /** Empty: the first address answers (ping or any tcp answer), else the console shows a login. */
  checks: z.array(Check),
  timeoutSeconds: z.int().positive(),
});
export type ReadyJob = z.infer<typeof ReadyJob>;

/** Verb `leftovers`: what volumes that carry the stack's mark really hold, and the stack's images in the RBD trash. */
export const LeftoversJob = z.strictObject({
  version: z.literal(1),
  stack: z.string().min(1),
  ...Destination,
  volumeIds: z.array(z.uuid()),
});
export type LeftoversJob = z.infer<typeof LeftoversJob>;

/** Verb `purge`: removes the stack's images from the RBD trash. */
export const PurgeJob = z.strictObject({
  version: z.literal(1),
  stack: z.string().min(1),
  ...Destination,
  /** RBD's ids of the images. */
  trash: z.array(z.string().regex(/^[0-9a-f]+$/)),
});
export type PurgeJob = z.infer<typeof PurgeJob>;

/** Volume ids by resource name of the disk: the value of WAVELIFT_VOLUME_IDS (JSON). */
export const VolumeIds = z.record(z.string(), z.uuid());

export const verbs = [
  "source",
  "restore",
  "import",
  "sync",
  "release",
  "commit",
  "seal",
  "unseal",
  "ready",
  "rollback",
  "image",
  "image-sync",
  "unimage",
  "leftovers",
  "purge",
] as const;
export type Verb = (typeof verbs)[number];
