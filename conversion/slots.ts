import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Log } from "./effects.ts";
import { identify, liveness, ProcessIdentity } from "./process-identity.ts";
import { runFolder } from "./run-folder.ts";
import type { RunnerSettings } from "./runner/runner-settings.ts";

/** The right to copy one disk on this host; given back at the end, or by the death of its owner. */
export interface Slot {
  release(): void;
}

const POLL_MS = 1000;
const LINE_EVERY_MS = 60_000;

/** Where the slots of a conversion host are counted: each host has its own, whichever wave or stack copies there. */
export function slotFolder(runner: RunnerSettings, env: NodeJS.ProcessEnv): string {
  const base = runFolder(env);
  if (runner.kind === "local") return base;
  const folder = join(base, `host-${runner.host.toLowerCase()}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/**
 * Waits for one of `count` slots: a file each, made by whoever takes it, with its process in it. The file of a process
 * that is dead is taken away. (Should two launchers do that in the same instant, one slot too many may be in use for a
 * while: slots spare the host, they protect no data.)
 * @param signal ends the waiting; its reason is thrown
 */
export async function takeSlot(
  folder: string,
  count: number,
  what: string,
  clock: Clock,
  log: Log,
  signal: AbortSignal,
): Promise<Slot> {
  let lastLine = -Infinity;
  for (;;) {
    signal.throwIfAborted();
    for (let number = 0; number < count; number++) {
      const file = join(folder, `slot-${number}`);
      if (tryTake(file))
        return {
          release: () => {
            rmSync(file, { force: true });
          },
        };
    }
    if (clock.now() - lastLine >= LINE_EVERY_MS) {
      lastLine = clock.now();
      log(`${what}: waiting for a slot (${count} disks are copied at a time)`);
    }
    await clock.sleep(POLL_MS);
  }
}

/** Takes a slot unless a living process has it. */
function tryTake(file: string): boolean {
  const owner = read(file);
  if (owner !== null && isAlive(owner)) return false;
  if (owner !== null && !putAside(file, owner)) return false;
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    // A link appears with its contents, and not at all where another one was faster.
    linkSync(mine, file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Removes the file of a dead owner, unless a new owner has replaced it meanwhile: that one is put back. */
function putAside(file: string, dead: string): boolean {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return false;
  }
  const isDeadOne = read(aside) === dead;
  if (!isDeadOne) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has the slot already.
    }
  }
  rmSync(aside, { force: true });
  return isDeadOne;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function isAlive(text: string): boolean {
  try {
    return liveness(ProcessIdentity.parse(JSON.parse(text))) === "alive";
  } catch {
    return false;
  }
}
