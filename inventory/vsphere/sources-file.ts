import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { readYaml } from "../read-yaml.ts";
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

export const SourceEntry = z
  .strictObject({
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

/** `sources.yaml`: where the live sources are and how to log in. It belongs to this machine and is not kept in git. */
export const SourcesFile = z.strictObject({
  version: z.literal(1),
  sources: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "a name of letters, digits, . _ -"), SourceEntry),
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
