import { z } from "zod";

/** Part of a remote command line, which passes through the login's shell: nothing that means anything to one. */
const RemotePath = z
  .string()
  .regex(
    /^[A-Za-z0-9._/][A-Za-z0-9._/@+-]*$/,
    "a path of letters, digits and . _ / @ + - (absolute, or from the login's home)",
  );

/** Path of a file here. ssh reads it as part of a configuration line: it may hold nothing that is expanded there. */
const LocalPath = z.string().regex(/^\/[^\s%"'\\$]*$/, "an absolute path without spaces, quotes, % and $");

/** This machine copies. */
const LocalRunner = z.strictObject({ kind: z.literal("local") });

/** Another machine copies, over the OpenSSH client of this one. */
export const SshRunner = z.strictObject({
  kind: z.literal("ssh"),
  /** Name or address; a Host of `configFile` where that is given. It also names the slots: give each machine one name. */
  host: z
    .string()
    .max(253)
    .regex(
      /^[A-Za-z0-9:][A-Za-z0-9._:-]*$/,
      "a host name or address: letters, digits and . _ : -, with no - at its start",
    ),
  /** Default: the user who runs Pulumi. */
  user: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._@+-]*$/, "a login name: letters, digits and . _ @ + -, with no - at its start")
    .optional(),
  /** Default: ssh's own, 22. */
  port: z.int().min(1).max(65_535).optional(),
  /** Private key without passphrase: only this one is offered. Default: the agent and ssh's own default files. */
  identityFile: LocalPath.optional(),
  /** Host keys that are trusted, and no others. Default: ssh's own files. */
  knownHostsFile: LocalPath.optional(),
  /** An ssh_config, for jump hosts and the like. Default: none is read, so that nothing there changes what happens. */
  configFile: LocalPath.optional(),
  /** node on that machine: a name on the PATH of its logins, or a path. */
  node: RemotePath.default("node"),
  /** Folder there for the conversion program, made when missing; relative to the login's home. */
  folder: RemotePath.default(".cache/wavelift"),
});
export type SshRunner = z.infer<typeof SshRunner>;

/** Where the conversion program runs. */
export const RunnerSettings = z.discriminatedUnion("kind", [LocalRunner, SshRunner]);
export type RunnerSettings = z.infer<typeof RunnerSettings>;

/** How people name the machine. */
export function hostLabel(runner: RunnerSettings): string {
  if (runner.kind === "local") return "this host";
  return `${runner.user === undefined ? "" : `${runner.user}@`}${runner.host}${runner.port === undefined ? "" : `:${runner.port}`}`;
}
