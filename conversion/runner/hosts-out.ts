import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { exitCodes } from "../exit-codes.ts";
import type { Failure } from "../failure.ts";
import { limitFolder, plainName, readWhole, writeWhole } from "../limits/run-files.ts";

/** Why and for how long a conversion host is out. */
export const HostOut = z.strictObject({
  reason: z.string(),
  sinceMs: z.number(),
  untilMs: z.number(),
  /** How often it has failed in a row. */
  times: z.int(),
  /** It will not heal by itself: its key is refused, node is missing. */
  needsPerson: z.boolean(),
});
export type HostOut = z.infer<typeof HostOut>;

const FIRST_MS = 60_000;
const LONGEST_MS = 8 * 60_000;

/**
 * The hosts that were taken out, for all runs of this user on this machine: a file each. When its time is over, the host is
 * tried with one disk; it is in again when that works.
 */
export interface HostsOut {
  /** Null: it is in. */
  of(id: string): HostOut | null;
  /** @returns what is known now; null where another run has taken it out at this moment */
  takeOut(id: string, fault: Failure): HostOut | null;
  bringBack(id: string): void;
}

export function hostsOut(env: NodeJS.ProcessEnv, now: () => number): HostsOut {
  const fileOf = (id: string): string => join(limitFolder(env, "hosts-out"), plainName(id));
  const of = (id: string): HostOut | null => {
    const found = HostOut.safeParse(readWhole(fileOf(id)));
    return found.success ? found.data : null;
  };
  return {
    of,
    takeOut: (id, { message, exitCode }) => {
      const before = of(id);
      // Of many copies that are cut off together, the first tells.
      if (before !== null && now() < before.untilMs) return null;
      const times = (before?.times ?? 0) + 1;
      const out = {
        reason: message,
        sinceMs: before?.sinceMs ?? now(),
        untilMs: now() + Math.min(FIRST_MS * 2 ** (times - 1), LONGEST_MS),
        times,
        needsPerson: exitCode === exitCodes.badInput || exitCode === exitCodes.refused,
      };
      writeWhole(fileOf(id), out);
      return out;
    },
    bringBack: (id) => {
      rmSync(fileOf(id), { force: true });
    },
  };
}

/** How many copies may be on a host: all, none while it is out, one to try it when its time is over. */
export function roomOf(out: HostOut | null, count: number, nowMs: number): number {
  if (out === null) return count;
  return nowMs < out.untilMs ? 0 : 1;
}
