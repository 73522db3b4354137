import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Limit } from "./limit.ts";
import type { Locks } from "./locks.ts";
import { isTaken, limitFolder, plainName, removeDead, tryTake } from "./run-files.ts";

/**
 * Locks of this machine: a folder a limit, in it a file a taker, with its process in it. They hold for all waves, stacks
 * and runs of this user here.
 */
export function fileLocks(env: NodeJS.ProcessEnv): Locks {
  const folderOf = (limit: Limit): string => limitFolder(env, plainName(limit.id));
  return {
    look: () => {
      const known = new Map<string, number>();
      return Promise.resolve((limit) => {
        const count = known.get(limit.id) ?? inUse(folderOf(limit), limit.count);
        known.set(limit.id, count);
        return count;
      });
    },
    take: (limits) => {
      const taken: string[] = [];
      const release = (): Promise<void> => {
        for (const file of taken.splice(0)) rmSync(file, { force: true });
        return Promise.resolve();
      };
      for (const limit of limits) {
        const file = takeOne(folderOf(limit), limit.count);
        // All or none: who waits for the rest with a part of it in hand would stop others for nothing.
        if (file === null) return release().then(() => null);
        taken.push(file);
      }
      return Promise.resolve({ release });
    },
  };
}

function takeOne(folder: string, count: number): string | null {
  for (let number = 0; number < count; number++) {
    const file = join(folder, `slot-${number}`);
    if (!tryTake(file)) continue;
    // Nothing of a run that was killed stays for ever: not the places that nobody needs again either.
    for (const name of slotsIn(folder)) removeDead(join(folder, name));
    return file;
  }
  return null;
}

/** How many files are there; whether their processes live is looked at where it matters. */
function inUse(folder: string, count: number): number {
  const files = slotsIn(folder);
  return files.length < count ? files.length : files.filter((name) => isTaken(join(folder, name))).length;
}

const slotsIn = (folder: string): string[] => readdirSync(folder).filter((name) => /^slot-\d+$/.test(name));
