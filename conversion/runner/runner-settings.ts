import { hostname } from "node:os";
import { z } from "zod";
import { HostName, LocalPath, LoginName } from "../../inventory/schema/ssh-access.ts";
import { DatastoreFolders, StorageAccess } from "../host-view.ts";
import { RemotePath } from "./paths.ts";
import { SlurmRunner } from "./slurm-settings.ts";

/** This machine copies. */
const LocalRunner = z.strictObject({ kind: z.literal("local") });

/** Another machine copies, over the OpenSSH client of this one. */
export const SshRunner = z.strictObject({
  kind: z.literal("ssh"),
  /** Name or address; a Host of `configFile` where that is given. It also names the slots: give each machine one name. */
  host: HostName,
  /** Default: the user who runs Pulumi. */
  user: LoginName.optional(),
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

/** One machine that copies. */
export type MachineSettings = z.infer<typeof LocalRunner> | SshRunner;

/** What a machine of a pool has beside the way to it. */
const OfPool = {
  /** For people; default: its host, or "this host". */
  name: z.string().min(1).max(80).optional(),
  /** Its strength: a copy goes where the most of it is left for one more. Default 1. */
  weight: z.number().positive().max(1000).default(1),
  /** How many disks are copied there at the same time. Default: `slots`. */
  slots: z.int().min(1).optional(),
  /** Where it sees datastores that it sees elsewhere than the others. */
  datastores: DatastoreFolders.default({}),
  /** How it reaches targets that it reaches another way than the others. */
  storage: StorageAccess.default({}),
};

const PoolHost = z.discriminatedUnion("kind", [LocalRunner.extend(OfPool), SshRunner.extend(OfPool)]);
export type PoolHost = z.infer<typeof PoolHost>;

/** Several machines copy: each disk goes where the most is free, and on elsewhere when its host is cut off or dies. */
const PoolRunner = z.strictObject({
  kind: z.literal("pool"),
  hosts: z
    .array(PoolHost)
    .min(1)
    .refine((hosts) => new Set(hosts.map(machineName)).size === hosts.length, "each host once"),
});

/** Where the conversion program runs. */
export const RunnerSettings = z.discriminatedUnion("kind", [LocalRunner, SshRunner, SlurmRunner, PoolRunner]);
export type RunnerSettings = z.infer<typeof RunnerSettings>;

/** A machine that the system's ssh reaches. */
export type SshHost = Pick<SshRunner, "host" | "user" | "port" | "identityFile" | "knownHostsFile" | "configFile">;

/** What names a machine where its copies are counted: the same in every project and on every machine that has its name. */
export function machineName(machine: { kind: "local" } | { kind: "slurm" } | { kind: "ssh"; host: string }): string {
  if (machine.kind === "slurm") return "slurm";
  return (machine.kind === "local" ? hostname() : machine.host).toLowerCase();
}

/** How people name the machine. */
export function hostLabel(runner: RunnerSettings): string {
  if (runner.kind === "local") return "this host";
  if (runner.kind === "slurm") return runner.only ?? "the Slurm pool";
  if (runner.kind === "pool") return `a pool of ${runner.hosts.length}`;
  return sshLabel(runner);
}

/** How people name a machine behind ssh. */
export const sshLabel = ({ user, host, port }: SshHost): string =>
  `${user === undefined ? "" : `${user}@`}${host}${port === undefined ? "" : `:${port}`}`;
