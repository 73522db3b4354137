import { z } from "zod";

/** Datastore -> folder where a conversion host sees it (local disk or NFS mount). */
export const DatastoreFolders = z.record(z.string(), z.string().regex(/^\//, "an absolute path"));

/** Target -> access to its RBD pool, as a conversion host has it. */
export const StorageAccess = z.record(
  z.string(),
  z.strictObject({
    /** Cinder's pool. */
    pool: z.string().min(1).default("volumes"),
    /** cephx user without "client.". */
    user: z.string().min(1).default("cinder"),
    /** Path of ceph.conf. */
    conf: z.string().min(1).default("/etc/ceph/ceph.conf"),
    /** Glance's pool of the same target: needed where templates become images. */
    images: z
      .strictObject({
        pool: z.string().min(1).default("images"),
        user: z.string().min(1).default("glance"),
        conf: z.string().min(1).default("/etc/ceph/ceph.conf"),
      })
      .optional(),
  }),
);
