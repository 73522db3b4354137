import { z } from "zod";
import { HostName, SshAccess } from "../../inventory/schema/ssh-access.ts";

/**
 * How the program on the conversion host reaches a server that disks are read from. The launcher takes it from sources.yaml
 * and sends it with the order, on standard input only: never in arguments, environment, files or state.
 */
export const SourceLogin = z.discriminatedUnion("kind", [
  z.strictObject({
    /** A vCenter or ESXi host: its API and its datastores over HTTPS. */
    kind: z.literal("vsphere"),
    url: z.url(),
    username: z.string(),
    password: z.string(),
    /** Certificates (PEM) that its own must chain to; null: those the system trusts. */
    caPem: z.string().nullable(),
    /** Fingerprint of its certificate; null: chain and name are checked. */
    thumbprint: z.string().nullable(),
    /** Addresses of its ESXi hosts in a network for migrations, by the host's name at the vCenter. */
    hostAddresses: z.record(z.string(), z.string()).default({}),
    /** Logins at its ESXi hosts. Default: they are not reached by ssh. */
    ssh: SshAccess.optional(),
  }),
  z.strictObject({
    /** A host with libvirt, over ssh. */
    kind: z.literal("libvirt"),
    host: HostName,
    /** Folder there that paths of disks are below. */
    folder: z.string(),
    uri: z.string(),
    ssh: SshAccess,
  }),
]);
export type SourceLogin = z.infer<typeof SourceLogin>;

/** By the server's name in the estate (`source.server`). */
export const SourceLogins = z.record(z.string(), SourceLogin);
export type SourceLogins = z.infer<typeof SourceLogins>;
