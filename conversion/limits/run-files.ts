import { createHash } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, liveness, ProcessIdentity } from "../process-identity.ts";
import { runFolder } from "../run-folder.ts";

/** A folder under the run folder, made when missing. @param names plain names, see {@link plainName} */
export function limitFolder(env: NodeJS.ProcessEnv, ...names: readonly string[]): string {
  const folder = join(runFolder(env), "limits", ...names);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A name for a file, out of the id of a limit: readable where the id is plain, a digest where it is not. */
export function plainName(id: string): string {
  const plain = id.replace("/", "-");
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$/.test(plain) ? plain : createHash("sha256").update(id).digest("hex");
}

/** This process, as files of locks and waiting name it. */
export function thisProcess(): ProcessIdentity {
  const me = identify(process.pid);
  if (me === null) throw new Error("this process is not in /proc");
  return me;
}

/**
 * Takes a file unless a living process has it. The file of a dead one is taken away. (Should two do that in the same
 * instant, one too many may have it for a while: limits spare hosts, they protect no data.)
 */
export function tryTake(file: string): boolean {
  const owner = readOwner(file);
  if (owner !== null && isAlive(owner)) return false;
  if (owner !== null && !putAside(file, owner)) return false;
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(thisProcess()));
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

/** Takes the file of a dead process away. */
export function removeDead(file: string): void {
  const owner = readOwner(file);
  if (owner !== null && !isAlive(owner)) putAside(file, owner);
}

/** Whether a living process has the file. */
export function isTaken(file: string): boolean {
  const owner = readOwner(file);
  return owner !== null && isAlive(owner);
}

/** Writes a file that appears whole. */
export function writeWhole(file: string, content: unknown): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(content), { mode: 0o600 });
  renameSync(unfinished, file);
}

/** Contents of such a file; undefined where there is none. */
export function readWhole(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
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
  const isDeadOne = readOwner(aside) === dead;
  if (!isDeadOne) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has it already.
    }
  }
  rmSync(aside, { force: true });
  return isDeadOne;
}

function readOwner(file: string): string | null {
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
