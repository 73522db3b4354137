import { z } from "zod";

const AbsolutePath = z.string().regex(/^\//, "an absolute path");

/** Where the conversion host has VMware's library for reading disks (VDDK), which only VMware may give away. */
export const VddkSettings = z.strictObject({
  /** Its unpacked folder, `vmware-vix-disklib-distrib`: it holds lib64/libvixDiskLib.so.N. */
  libDir: AbsolutePath,
  /** nbdkit-vddk-plugin.so, where it does not lie in nbdkit's own folder. Default: nbdkit's own. */
  plugin: AbsolutePath.optional(),
  /** Ways that the library may take, the best first: nbdssl, nbd, hotadd, san. Default: it chooses itself. */
  transports: z
    .string()
    .regex(/^[a-z]+(:[a-z]+)*$/, "for example nbdssl:nbd")
    .optional(),
});
export type VddkSettings = z.infer<typeof VddkSettings>;
