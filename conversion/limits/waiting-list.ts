import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { liveness, ProcessIdentity } from "../process-identity.ts";
import { limitFolder, thisProcess, writeWhole } from "./run-files.ts";
import type { Waiting } from "./turn.ts";

const Part = z.strictObject({ id: z.string(), count: z.int() });
const Entry = z.strictObject({
  process: ProcessIdentity,
  bytes: z.number(),
  sinceMs: z.number(),
  limits: z.array(Part),
  hosts: z.array(Part.extend({ weight: z.number() })),
  prefers: z.string().nullable(),
});
type Entry = z.infer<typeof Entry>;

/** The copies that wait on this machine: a file each. It is written once, so others read it once. */
export interface WaitingList {
  /** Name of this process's own entry. */
  readonly mine: string;
  entries(): Waiting[];
  /** Whether the process of an entry lives; the entry of a dead one is removed. */
  lives(id: string): boolean;
  leave(): void;
}

/** Enters the list. */
export function joinWaiting(
  env: NodeJS.ProcessEnv,
  { bytes, sinceMs, limits, hosts, prefers }: Omit<Waiting, "id">,
): WaitingList {
  const folder = limitFolder(env, "waiting");
  const process = thisProcess();
  const mine = `${process.pid}-${process.startTicks}`;
  const enter = (): void => {
    const entered = {
      ...{ process, bytes, sinceMs, prefers },
      limits: limits.map(({ id, count }) => ({ id, count })),
      hosts: hosts.map(({ id, count, weight }) => ({ id, count, weight })),
    };
    writeWhole(join(folder, mine), entered satisfies Entry);
  };
  enter();
  const known = new Map<string, Entry>();
  const entry = (name: string): Entry | null => {
    const found = known.get(name) ?? read(join(folder, name));
    if (found !== null) known.set(name, found);
    return found;
  };
  return {
    mine,
    entries: () => {
      const names = readdirSync(folder).filter((name) => /^\d+-\d+$/.test(name));
      // Whoever cleans up temporary files must not make this copy wait for ever.
      if (!names.includes(mine)) enter();
      return [...new Set([...names, mine])].flatMap((name) => {
        const found = entry(name);
        return found === null ? [] : [{ id: name, ...found }];
      });
    },
    lives: (id) => {
      const found = entry(id);
      if (found !== null && liveness(found.process) === "alive") return true;
      rmSync(join(folder, id), { force: true });
      return false;
    },
    leave: () => {
      rmSync(join(folder, mine), { force: true });
    },
  };
}

/** An entry; null where it has gone meanwhile, or another version of the program wrote it in another shape. */
function read(file: string): Entry | null {
  try {
    return Entry.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
