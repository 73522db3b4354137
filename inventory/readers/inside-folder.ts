import { realpath } from "node:fs/promises";
import path from "node:path";

/**
 * Path of a file below a folder, or null: what a source names must not lead out of it, neither by its name nor by a
 * symbolic link. (A file that is not there is judged by its name; opening it tells.)
 */
export async function insideFolder(folder: string, file: string): Promise<string | null> {
  const named = below(path.resolve(folder), path.resolve(file));
  if (named === null) return null;
  try {
    return below(await realpath(folder), await realpath(file)) === null ? null : named;
  } catch {
    return named;
  }
}

function below(folder: string, file: string): string | null {
  const inside = path.relative(folder, file);
  const leaves = inside === "" || inside === ".." || inside.startsWith(`..${path.sep}`) || path.isAbsolute(inside);
  return leaves ? null : inside;
}
