import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { processOf, type RunningPulumi } from "./running-pulumi.ts";

/** A lock of a stack on a file backend (pulumi's pkg/backend/diy/lock.go). */
const Lock = z.object({ pid: z.int(), username: z.string(), hostname: z.string(), timestamp: z.string() });
export type Lock = z.infer<typeof Lock>;

const Credentials = z.object({ current: z.string() });

/** Address of the state backend: of the environment, else of the last `pulumi login`. */
export function backendUrl(env: NodeJS.ProcessEnv): string | undefined {
  if (env["PULUMI_BACKEND_URL"] !== undefined && env["PULUMI_BACKEND_URL"] !== "") return env["PULUMI_BACKEND_URL"];
  const file = path.join(env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi"), "credentials.json");
  try {
    return Credentials.parse(JSON.parse(readFileSync(file, "utf8"))).current;
  } catch {
    return undefined;
  }
}

/** Folder of a file backend on this machine; null for any other backend. */
export function backendFolder(url: string | undefined): string | null {
  if (url?.startsWith("file://") !== true) return null;
  const root = url.startsWith("file:///") ? fileURLToPath(url) : url.slice("file://".length).replace(/\?.*$/, "");
  return root.startsWith("~") ? path.join(process.env["HOME"] ?? "", root.slice(1)) : root;
}

/** Folder of a stack's locks, or null when the backend is not a file backend on this machine. */
export function lockFolder(url: string | undefined, projectName: string, stack: string): string | null {
  const home = backendFolder(url);
  return home === null ? null : path.join(home, ".pulumi", "locks", "organization", projectName, stack);
}

/** The locks in a folder; a file that is no lock is left alone. */
export function readLocks(folder: string): Lock[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      try {
        return [Lock.parse(JSON.parse(readFileSync(path.join(folder, name), "utf8")))];
      } catch {
        return [];
      }
    });
}

/** Clocks are set: so much later than its lock must a process have started to be surely another one. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * What is known of a lock's owner. `dead`: its process is gone, on this host; or its number now belongs to a pulumi that
 * started later and works on another stack. `elsewhere`: on another host, where nobody here can look.
 */
export function ownerOf(
  lock: Lock,
  stack: string,
  host = hostname(),
  running: (pid: number) => RunningPulumi | null = processOf,
): "dead" | "alive" | "elsewhere" {
  if (lock.hostname !== host) return "elsewhere";
  const found = running(lock.pid);
  if (found === null) return "dead";
  const later = found.startedAt !== null && found.startedAt > Date.parse(lock.timestamp) + CLOCK_TOLERANCE_MS;
  return later && found.stack !== null && found.stack !== stack ? "dead" : "alive";
}

/** What a person does about a lock that is not ours to remove. */
export function lockMessage(stack: string, locks: readonly Lock[], folder: string, host = hostname()): string {
  const owners = locks.map(
    ({ pid, username, hostname: where, timestamp }) => `${username}, pid ${pid} on ${where}, since ${timestamp}`,
  );
  const elsewhere = locks.some((lock) => lock.hostname !== host);
  return [
    `Stack ${stack} is in use: locked by ${owners.join("; ")}.`,
    elsewhere
      ? `Whether that process on the other host still runs cannot be seen from here. Look there; when it is dead, remove the lock with \`pulumi cancel --stack ${stack}\` (${folder}) and run this again.`
      : "Wait until it has ended, or end it, and run this again.",
  ].join(" ");
}
