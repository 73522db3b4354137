import { z } from "zod";
import { LocalPath } from "../../inventory/schema/ssh-access.ts";
import { RemotePath } from "./paths.ts";

/** Name of something that slurm.conf declares. It becomes one argument of Slurm's programs. */
const SlurmName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, "a name of letters, digits and _ . -, with no - or . at its start");

/** Name of a licence with the place where the name of what it limits stands. */
const LicensePattern = z
  .string()
  .max(60)
  .regex(/^[A-Za-z0-9_.-]*\{name\}[A-Za-z0-9_.-]*$/, 'letters, digits and _ . -, with {name} in it: "esxi-{name}"');

/** A pool of machines copies; Slurm chooses among them, keeps the limits and takes dead ones out. */
export const SlurmRunner = z.strictObject({
  kind: z.literal("slurm"),
  /** Partition for copies. Default: Slurm's default one. */
  partition: SlurmName.optional(),
  /**
   * Partition for what takes seconds (checks, seal, ready): nodes where a copy may not take the last CPU, so that a VM whose
   * disks are done need not wait for another's copy to end. Default: `partition`.
   */
  shortPartition: SlurmName.optional(),
  /** Default: the user's own. */
  account: SlurmName.optional(),
  /** Default: the account's own. */
  qos: SlurmName.optional(),
  /** Longest time of one copy, as Slurm writes it: minutes, HH:MM:SS or D-HH:MM. Default: that of the partition. */
  time: z
    .string()
    .regex(
      /^(\d+-\d{1,2}(:\d{2}){0,2}|\d+(:\d{2}){0,2})$/,
      'as Slurm writes it: "5-00" (five days), "12:00:00", "90" (minutes)',
    )
    .optional(),
  /** CPUs that one copy is given. Default 2. */
  cpus: z.int().min(1).max(256).default(2),
  /** Memory that one copy is given, in MiB. Default 1024. */
  memoryMiB: z.int().min(256).default(1024),
  /**
   * Licences of slurm.conf that a copy takes one of, {name} being the name of the ESXi host or datastore: in lower case, what
   * a licence may not hold as _. Without a pattern that is not limited.
   */
  licenses: z.strictObject({ esxiHost: LicensePattern.optional(), datastore: LicensePattern.optional() }).default({}),
  /** The smallest disk gives way by this nice value, the largest by none. Default 100,000; 0: first come, first served. */
  niceRange: z.int().min(0).max(2_000_000_000).default(100_000),
  /** slurm.conf. Default: SLURM_CONF, else the system's. */
  conf: LocalPath.optional(),
  /** node on those machines: a name on the PATH of this one, or a path there. */
  node: RemotePath.default("node"),
  /** Folder there for the conversion program, made when missing; relative to the user's home. It may be shared by them. */
  folder: RemotePath.default(".cache/wavelift"),
  /** Only this node: `wavelift doctor` looks at one after the other so. */
  only: SlurmName.optional(),
});
export type SlurmRunner = z.infer<typeof SlurmRunner>;
