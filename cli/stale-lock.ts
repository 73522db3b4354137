import { readdirSync, readFileSync, existsSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** A lock of a stack on a file backend (pulumi's pkg/backend/diy/lock.go). */
const Lock = z.object({ pid: z.int(), username: z.string(), hostname: z.string(), timestamp: z.string() });
export type Lock = z.infer<typeof Lock>;

/** Folder of a stack's locks, or null when the backend is not a file backend on this machine. */
export function lockFolder(backendUrl: string | undefined, projectName: string, stack: string): string | null {
  if (backendUrl?.startsWith("file://") !== true) return null;
  const root = backendUrl.startsWith("file:///") ? fileURLToPath(backendUrl) : backendUrl.slice("file://".length);
  const home = root.startsWith("~") ? path.join(process.env["HOME"] ?? "", root.slice(1)) : root;
  return path.join(home, ".pulumi", "locks", "organization", projectName, stack);
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

/** Whether a lock's process is dead: only said of a process on this host. `alive` tells whether a pid is a pulumi. */
export function isStale(lock: Lock, host = hostname(), alive = isPulumi): boolean {
  return lock.hostname === host && !alive(lock.pid);
}

function isPulumi(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "pulumi";
  } catch {
    return false;
  }
}
