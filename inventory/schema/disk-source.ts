import { z } from "zod";
import { DiskFormat } from "./estate.ts";
import { DeviceKey } from "./names.ts";

/**
 * Ways to a disk's bytes, one file each in conversion/source/: `file` (a datastore that the conversion host sees), `ova` (a
 * member of an archive, in place), `https` (datastore of a vCenter or ESXi host), `ssh` (ESXi's or a libvirt host's sshd),
 * `vddk` (VMware's library), `lease` (the export stream of a vCenter). `auto` takes the best that works, and says why.
 */
export const transportNames = ["file", "ova", "https", "ssh", "vddk", "lease"] as const;
export const TransportName = z.enum(transportNames);
export type TransportName = z.infer<typeof TransportName>;

export const TransportChoice = z.union([TransportName, z.literal("auto")]);
export type TransportChoice = z.infer<typeof TransportChoice>;

/** Where a disk's bytes are, as the source names it. No host that may change stands here: it is part of resource inputs. */
export const DiskPlace = z.strictObject({
  transport: TransportChoice,
  datastore: z.string().min(1),
  /** Path inside the datastore. */
  file: z.string().min(1),
  format: DiskFormat,
  /** Name of the disk inside `file`, where that is an archive. */
  member: z.string().min(1).optional(),
  /** The disk at a server that is asked for it: name of the server in sources.yaml, its id of the VM, and the device key. */
  origin: z.strictObject({ server: z.string().min(1), vm: z.string().min(1), deviceKey: DeviceKey }).optional(),
});
export type DiskPlace = z.infer<typeof DiskPlace>;
