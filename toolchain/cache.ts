import { createHash, randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import type { Origin } from "./decide.ts";
import { isAlive } from "./lock.ts";
import type { Part } from "./parts.ts";

const Stamp = z.strictObject({
  version: z.literal(1),
  part: z.string(),
  partVersion: z.string(),
  origin: z.enum(["download", "build"]),
  /** Where it came from and how it was verified, for people. */
  note: z.string(),
  files: z.array(z.strictObject({ name: z.string(), sizeBytes: z.number().int().positive() })).min(1),
});

const stampName = "stamp.json";

/** Our folder in the user's cache: outside every clone, so that all clones share what was built. */
export function cacheRoot(env: Readonly<Record<string, string | undefined>>): string {
  const base = env["XDG_CACHE_HOME"];
  // The XDG rules: a relative path is to be ignored.
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), ".cache"), "wavelift", "toolchain");
}

/** What a cache entry is made for. */
export interface Target {
  readonly platform: string;
  readonly arch: string;
  /** digestSources() of the part's sources. */
  readonly sources: string;
}

/** Folder of a part in the cache: its name holds all that decides about its contents, and no path. */
export function partFolder(root: string, part: Part, target: Target): string {
  const key = createHash("sha256")
    .update(JSON.stringify({ layout: 1, name: part.name, version: part.version, ...target }))
    .digest("hex");
  return join(root, `${part.name}-${part.version}-${key.slice(0, 16)}`);
}

/**
 * Origin of the part in a cache folder; null where it is absent or damaged (a file gone or of another size), which
 * then is made anew. No file is read but the stamp: this is the way of every run.
 */
export async function readCached(folder: string, part: Part): Promise<Origin | null> {
  try {
    const stamp = Stamp.parse(JSON.parse(await readFile(join(folder, stampName), "utf8")));
    for (const name of part.executables) {
      const wanted = stamp.files.find((file) => file.name === name);
      const found = await stat(join(folder, name));
      if (found.size !== wanted?.sizeBytes || (found.mode & 0o100) === 0) return null;
    }
    return stamp.origin;
  } catch {
    return null;
  }
}

/** A new empty folder beside the cache entries, so that it can become one by a rename. */
export async function stagingFolder(root: string): Promise<string> {
  const folder = join(root, `tmp-${process.pid}-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Takes away the staging folders of runs that are over: a killed one leaves its own. */
export async function sweepStaging(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const pid = /^tmp-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(root, name), { recursive: true, force: true });
  }
}

/**
 * Makes a staging folder with a part's executables the cache entry `folder`, by renames only: another run sees the
 * old entry or the new one, never half of one.
 */
export async function publish(
  staging: string,
  folder: string,
  part: Part,
  origin: Origin,
  note: string,
): Promise<void> {
  const files = [];
  for (const name of part.executables) {
    await chmod(join(staging, name), 0o755);
    files.push({ name, sizeBytes: (await stat(join(staging, name))).size });
  }
  const stamp: z.infer<typeof Stamp> = { version: 1, part: part.name, partVersion: part.version, origin, note, files };
  await writeFile(join(staging, stampName), `${JSON.stringify(stamp, null, 2)}\n`);
  const aside = `${staging}-old`;
  await rename(folder, aside).catch(ignoreMissing);
  await rename(staging, folder);
  await rm(aside, { recursive: true, force: true });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
