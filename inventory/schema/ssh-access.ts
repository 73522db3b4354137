import { z } from "zod";

/** Path of a file. ssh reads it as part of a configuration line: it may hold nothing that is expanded there. */
export const LocalPath = z.string().regex(/^\/[^\s%"'\\$]*$/, "an absolute path without spaces, quotes, % and $");

export const HostName = z
  .string()
  .max(253)
  .regex(
    /^[A-Za-z0-9:][A-Za-z0-9._:-]*$/,
    "a host name or address: letters, digits and . _ : -, with no - at its start",
  );

export const LoginName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._@+-]*$/, "a login name: letters, digits and . _ @ + -, with no - at its start");

/**
 * `ssh` of a source in sources.yaml: how the conversion host logs in where disks are read over ssh. The paths are that
 * host's. No password: a key, or the agent.
 */
export const SshAccess = z.strictObject({
  user: LoginName.default("root"),
  /** Default: ssh's own, 22. */
  port: z.int().min(1).max(65_535).optional(),
  /** Private key without passphrase. Default: the agent and ssh's own default files. */
  identityFile: LocalPath.optional(),
  /** Host keys that are trusted. Default: ssh's own files. */
  knownHostsFile: LocalPath.optional(),
});
export type SshAccess = z.infer<typeof SshAccess>;
