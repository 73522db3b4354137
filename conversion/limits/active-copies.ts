import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../effects.ts";
import { isTaken, limitFolder, thisProcess, writeWhole } from "./run-files.ts";
import { rateLimit, type RateLimit } from "./bandwidth.ts";
import type { BandwidthSettings } from "./bandwidth-settings.ts";
import { limitAt } from "./schedule.ts";

/** How often it is looked how many copies share the limit, and whether another hour has begun. */
const LOOK_MS = 3000;

/** The rate of one copy on a conversion host, and its end. */
export interface SharedRate extends RateLimit {
  stop(): void;
}

/**
 * The rate of this process's copy: the host's limit at this hour, divided by the copies that run on this host, which know of
 * each other by a file each. All that this user copies here counts.
 */
export function sharedRate(settings: BandwidthSettings, env: NodeJS.ProcessEnv, clock: Clock): SharedRate {
  const folder = limitFolder(env, "copies");
  const { pid, startTicks } = thisProcess();
  const mine = join(folder, `${pid}-${startTicks}`);
  const enter = (): void => {
    if (!existsSync(mine)) writeWhole(mine, thisProcess());
  };
  enter();
  let share: number | null = null;
  let lookedMs = -Infinity;
  const rate = (): number | null => {
    if (Math.abs(clock.now() - lookedMs) < LOOK_MS) return share;
    lookedMs = clock.now();
    const limit = limitAt(settings, lookedMs);
    try {
      // Others count those that they find; somebody may have tidied up.
      enter();
    } catch {
      // The disk of this host is full by now: that is no reason to end a copy that needs none of it.
    }
    share = limit === null ? null : limit / activeCopies(folder);
    return share;
  };
  return {
    ...rateLimit(rate, clock),
    stop: () => {
      rmSync(mine, { force: true });
    },
  };
}

/** How many living processes have a file there; those of dead ones are removed. */
export function activeCopies(folder: string): number {
  const names = readdirSync(folder).filter((name) => /^\d+-\d+$/.test(name));
  const dead = names.filter((name) => !isTaken(join(folder, name)));
  for (const name of dead) rmSync(join(folder, name), { force: true });
  return Math.max(1, names.length - dead.length);
}
