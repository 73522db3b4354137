import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { readYaml } from "../read-yaml.ts";
import { HostName, SshAccess } from "../schema/ssh-access.ts";
import { shown } from "../shown.ts";
import { plainThumbprint } from "./tls-connector.ts";

/** The settings of a source are wrong or missing: the message is for the user, and never holds a password. */
export class SourceSettingsError extends Error {
  override readonly name = "SourceSettingsError";
}

/** An address without user and password: these would be seen in the process list and in logs. */
const Address = z.url({ protocol: /^https$/, error: "an address that begins with https://" }).refine((text) => {
  const { username, password } = new URL(text);
  return username === "" && password === "";
}, "no user and password in the address: they have fields of their own");

export const Thumbprint = z
  .string()
  .transform(plainThumbprint)
  .pipe(z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, "the SHA-256 (64 digits) or SHA-1 (40 digits) fingerprint"));

/** Host name or address, with a port where it is not 443. */
const HostAddress = z
  .string()
  .refine(
    (text) => URL.canParse(`https://${text}`) && /^[^/?#@\\\s]+$/.test(text),
    "a host name or an address, for example 10.99.0.11 or [fd00::11]:443",
  );

export const SourceEntry = z
  .strictObject({
    kind: z.literal("vsphere").default("vsphere"),
    /** https://HOST or https://HOST:PORT of a vCenter or ESXi host. */
    url: Address,
    /** With its domain: administrator@vsphere.local. It needs the role Read-only, propagated from the top. */
    username: z.string().min(1),
    /** File with the password and nothing else; relative to sources.yaml. */
    passwordFile: z.string().min(1).optional(),
    /** Name of the environment variable with the password. */
    passwordEnvironment: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a variable")
      .optional(),
    /** PEM file of the authority that signed its certificate; relative to sources.yaml. Default: the system's. */
    caFile: z.string().min(1).optional(),
    /** Fingerprint of its certificate, instead of an authority. */
    thumbprint: Thumbprint.optional(),
    /** Addresses of its ESXi hosts in a network for migrations, by the host's name at the vCenter. */
    hostAddresses: z.record(z.string().min(1), HostAddress).optional(),
    /** Logins at its ESXi hosts, for the transport ssh. Default: they are not reached by ssh. */
    ssh: SshAccess.optional(),
    /** Ask it again at plan and preview about the wave's VMs. */
    live: z.boolean().default(true),
    /** At preview, use the look-ups of @pulumi/vsphere where they carry the field. */
    plugin: z.boolean().default(false),
  })
  .refine(
    ({ passwordFile, passwordEnvironment }) => (passwordFile === undefined) !== (passwordEnvironment === undefined),
    "either passwordFile or passwordEnvironment",
  )
  .refine(({ caFile, thumbprint }) => caFile === undefined || thumbprint === undefined, "either caFile or thumbprint");
export type SourceEntry = z.infer<typeof SourceEntry>;

/** A host with libvirt whose disks are read over ssh. Its name here is the one that the estate has (`source.server`). */
export const LibvirtEntry = z.strictObject({
  kind: z.literal("libvirt"),
  host: HostName,
  /** Folder there below which the images are: what `--datastore-folder` was when the inventory was read. */
  folder: z.string().regex(/^\/[^\0]*$/, "an absolute path"),
  /** libvirt's connection there. */
  uri: z
    .string()
    .regex(/^[a-z][a-z0-9+]*:\/\/\/[A-Za-z0-9._/-]*$/, "a local connection such as qemu:///system")
    .default("qemu:///system"),
  ssh: SshAccess.prefault({}),
});
export type LibvirtEntry = z.infer<typeof LibvirtEntry>;

/** `sources.yaml`: where the live sources are and how to log in. It belongs to this machine and is not kept in git. */
export const SourcesFile = z.strictObject({
  version: z.literal(1),
  sources: z.record(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "a name of letters, digits, . _ -"),
    z.discriminatedUnion("kind", [SourceEntry, LibvirtEntry]),
  ),
});
export type SourcesFile = z.infer<typeof SourcesFile>;

/** Where sources.yaml is: WAVELIFT_SOURCES, else in the project's folder. */
export function sourcesPath(env: Readonly<Record<string, string | undefined>>, folder: string): string {
  const named = env["WAVELIFT_SOURCES"];
  return path.resolve(folder, named === undefined || named === "" ? "sources.yaml" : named);
}

/**
 * Reads sources.yaml; null when there is none and none was named.
 * @throws {SourceSettingsError} with all its faults at once
 */
export function readSourcesFile(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): { readonly file: string; readonly content: SourcesFile } | null {
  const file = sourcesPath(env, folder);
  let content: unknown;
  try {
    content = readYaml(readFileSync(file, "utf8"));
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && (env["WAVELIFT_SOURCES"] ?? "") === "") return null;
    throw new SourceSettingsError(`${shown(file, 200)} cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
  const result = SourcesFile.safeParse(content);
  if (result.success) return { file, content: result.data };
  const faults = result.error.issues.map(({ path: at, message }) => `  ${at.map(String).join(".")}: ${message}`);
  throw new SourceSettingsError(`${shown(file, 200)} is wrong:\n${faults.join("\n")}`);
}
