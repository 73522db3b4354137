import type { SshAccess } from "../schema/ssh-access.ts";

/** How one vCenter or ESXi host is reached. */
export interface VsphereSettings {
  /** Its address: https://HOST or https://HOST:PORT. */
  readonly url: URL;
  readonly username: string;
  /** A function, so that printing the settings does not print the password. */
  readonly password: () => string;
  /** Certificates (PEM) that its own must chain to; null: those the system trusts. */
  readonly caPem: string | null;
  /** Fingerprint of its certificate, 40 (SHA-1) or 64 (SHA-256) digits in lower case; null: chain and name are checked. */
  readonly thumbprint: string | null;
  /**
   * Addresses in a network for migrations, by name of the ESXi host: disks of VMs that are there are read from the host itself.
   * Default: none, everything is read through the server.
   */
  readonly hostAddresses?: Readonly<Record<string, string>>;
  /** Logins at its ESXi hosts. Default: they are not reached by ssh. */
  readonly ssh?: SshAccess | undefined;
  /** Use the look-ups of @pulumi/vsphere at preview where they carry the field. Default: no. */
  readonly plugin?: boolean;
}

/** Name of a server in the estate (`source.server`): the host name of its address, in lower case. */
export function serverOf(url: URL): string {
  return url.hostname.toLowerCase().replace(/^\[(.*)\]$/, "$1");
}
