import { readFileSync, readlinkSync } from "node:fs";
import { z } from "zod";

/**
 * A process that cannot be taken for a later one with the same number: number, start time (clock ticks since boot,
 * field 22 of /proc/PID/stat), the boot, and the pid namespace that the number belongs to.
 */
export const ProcessIdentity = z.strictObject({
  boot: z.string(),
  namespace: z.string(),
  pid: z.int().positive(),
  startTicks: z.string(),
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** Start time of a living process in clock ticks since boot; null when it is gone or a zombie. */
export function startTicks(pid: number): string | null {
  const fields = statFields(pid);
  return fields === null || fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

/** Number of the process's parent; null when the process is gone. */
export function parentOf(pid: number): number | null {
  const parent = Number(statFields(pid)?.[1]);
  return Number.isInteger(parent) && parent > 0 ? parent : null;
}

/** Fields of /proc/PID/stat from the third (state) on: the second, the command's name, may hold spaces and brackets. */
function statFields(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** Identity of a living process of this host, null when it is gone. */
export function identify(pid: number): ProcessIdentity | null {
  const ticks = startTicks(pid);
  return ticks === null ? null : { ...here(), pid, startTicks: ticks };
}

/**
 * Whether the process lives: "unknown" when it belongs to another host, boot or pid namespace (another boot of the same
 * host cannot be told from another host).
 */
export function liveness(identity: ProcessIdentity): "alive" | "dead" | "unknown" {
  const { boot, namespace } = here();
  if (identity.boot !== boot || identity.namespace !== namespace) return "unknown";
  return startTicks(identity.pid) === identity.startTicks ? "alive" : "dead";
}

function here(): { boot: string; namespace: string } {
  return {
    boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    namespace: readlinkSync("/proc/self/ns/pid"),
  };
}
