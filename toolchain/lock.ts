import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const Holder = z.strictObject({ pid: z.number().int().positive(), host: z.string(), token: z.string() });

/** Who holds a lock. `host` matters where the cache is on a shared home: a pid says nothing about another machine. */
export type Holder = z.infer<typeof Holder>;

/** True while a process of this machine runs (also another user's). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    return Holder.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null; // gone meanwhile, or not ours: the next attempt to take it shows which
  }
}

/**
 * Takes the lock `file` or waits for it, then runs `work` and gives the lock back. `onWait` is told who holds it, once
 * per holder. A lock whose process is dead is taken over. The lock only keeps two runs from the same work: what they
 * write is made whole by renames, so that even a wrong take-over breaks nothing.
 */
export async function withLock<T>(
  file: string,
  onWait: (holder: Holder) => void,
  work: () => Promise<T>,
  pollMs = 500,
): Promise<T> {
  const own: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  const ready = `${file}.${own.token}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(ready, JSON.stringify(own));
  try {
    let told = "";
    // link() fails where the lock exists, and shows the whole content at once where it does not.
    while (!(await tryLink(ready, file))) {
      const holder = await readHolder(file);
      if (holder && holder.host === own.host && !isAlive(holder.pid)) {
        await takeAway(file, holder);
        continue;
      }
      if (holder && holder.token !== told) onWait(holder);
      told = holder?.token ?? told;
      await sleep(pollMs);
    }
  } finally {
    await rm(ready, { force: true });
  }
  try {
    return await work();
  } finally {
    if ((await readHolder(file))?.token === own.token) await rm(file, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a dead holder's lock. Where another run was quicker and holds it by now, its lock is put back. */
async function takeAway(file: string, dead: Holder): Promise<void> {
  const aside = `${file}.stale-${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readHolder(aside))?.token !== dead.token) await tryLink(aside, file);
  await rm(aside, { force: true });
}
