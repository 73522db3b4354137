import { realpath, stat } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import { shownValue } from "../../inventory/shown.ts";
import { badInput, failed, refused } from "../failure.ts";

/** A file of the source that was found: where it really is, without symbolic links. */
export interface SourceFile {
  /** Path without symbolic links. */
  readonly path: string;
  /** Name for people: as the source gave it. */
  readonly name: string;
  readonly bytes: number;
  readonly modifiedNs: bigint;
  readonly device: bigint;
  readonly inode: bigint;
}

/** Folder of a datastore, resolved. @throws when runners.yaml does not name it or it is not there. */
export async function datastoreFolder(
  datastores: Readonly<Record<string, string>>,
  datastore: string,
): Promise<string> {
  const folder = Object.hasOwn(datastores, datastore) ? datastores[datastore] : undefined;
  if (folder === undefined)
    throw badInput(
      `runners.yaml: no folder for the datastore ${quote(datastore)} (it knows ${list(Object.keys(datastores))}). ` +
        "Add it under `datastores`: where this conversion host sees the datastore's files.",
    );
  try {
    return await realpath(folder);
  } catch (error) {
    throw failed(
      `the folder ${folder} of the datastore ${quote(datastore)} cannot be entered (${reason(error)}). Is it mounted?`,
    );
  }
}

/**
 * Finds a file inside a datastore. The path comes from the source and is trusted for nothing: it may not be absolute or
 * climb, and what it leads to must be a regular file inside the folder, also behind symbolic links.
 * @param folder folder of the datastore, resolved
 */
export async function locate(folder: string, file: string, disk: string): Promise<SourceFile> {
  if (file.includes("\0")) throw refused(`${disk}: the path ${quote(file)} holds a NUL character`);
  if (isAbsolute(file) || file.split("/").includes(".."))
    throw refused(`${disk}: the path ${quote(file)} leaves the datastore: expected a path inside it, without "..".`);
  return inspectFile(folder, join(folder, file), file, disk);
}

/** Looks at a file by its path on this host; it must be a regular file inside `folder`. */
export async function inspectFile(folder: string, path: string, name: string, disk: string): Promise<SourceFile> {
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    throw failed(
      `${disk}: the file ${quote(name)} is not to be had in ${folder} (${reason(error)}). Is the datastore mounted, was the VM moved?`,
    );
  }
  if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    throw refused(
      `${disk}: ${quote(name)} is a symbolic link out of the datastore, to ${real}. Only files inside ${folder} are read.`,
    );
  const found = await stat(real, { bigint: true });
  if (!found.isFile()) throw refused(`${disk}: ${quote(name)} is not a regular file.`);
  const { size, mtimeNs: modifiedNs, dev: device, ino: inode } = found;
  return { path: real, name, bytes: Number(size), modifiedNs, device, inode };
}

/** A name from outside, safe to print: quoted, on one line, what steers a terminal escaped, cut where it is very long. */
export const quote = (text: string): string => shownValue(text, 400);

const list = (names: readonly string[]): string => (names.length === 0 ? "none" : names.map(quote).join(", "));
const reason = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
