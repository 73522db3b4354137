import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** All files at or below `path`, relative to `base`, sorted, so that a digest does not depend on the file system. */
async function filesBelow(base: string, path: string): Promise<string[]> {
  if ((await stat(join(base, path))).isFile()) return [path];
  const found: string[] = [];
  for (const name of (await readdir(join(base, path))).sort())
    found.push(...(await filesBelow(base, `${path}/${name}`)));
  return found;
}

/**
 * SHA-256 (hex) over the names and contents of files and folders below `base`. The place of `base` and the files'
 * times are not in it: another clone of the same sources has the same digest.
 */
export async function digestSources(base: string, paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const file of await filesBelow(base, path)) {
      const content = await readFile(join(base, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest("hex");
}
