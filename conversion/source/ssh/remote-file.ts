import { isAbsolute } from "node:path";
import { failed, refused } from "../../failure.ts";
import type { DiskBytes } from "../disk-bytes.ts";
import type { Fingerprinted } from "../fingerprint.ts";
import { quote } from "../locate.ts";
import { fileFault, type Remote } from "./remote.ts";
import type { Sftp } from "./sftp.ts";

/** A file of a disk behind an sshd. */
export interface RemoteFile extends DiskBytes, Fingerprinted {
  /** There, without links. */
  readonly path: string;
}

/** Where files of a disk are looked for. */
export interface RemoteFolder {
  readonly sftp: Sftp;
  readonly remote: Remote;
  /** Name of the disk for messages. */
  readonly disk: string;
  /** Folder that they must be in, as the settings or the source name it. */
  readonly folder: string;
}

/**
 * Looks at a file. The path comes from the source and is trusted for nothing: it may not be absolute or climb, and what it
 * leads to must be a regular file inside the folder, also behind symbolic links.
 * @param file path inside the folder
 */
export async function remoteFile(place: RemoteFolder, file: string): Promise<RemoteFile> {
  const { sftp, remote, disk, folder } = place;
  if (file.includes("\0") || isAbsolute(file) || file.split("/").includes(".."))
    throw refused(`${disk}: the path ${quote(file)} leaves the datastore: expected a path inside it, without "..".`);
  const path = `${folder}/${file}`;
  try {
    const [base, real] = [await sftp.realPath(folder), await sftp.realPath(path)];
    if (!real.startsWith(base === "/" ? base : `${base}/`))
      throw refused(
        `${disk}: ${quote(path)} on ${remote.host} is a symbolic link out of the datastore, to ${quote(real)}. Only files inside ${quote(base)} are read.`,
      );
    const attributes = await sftp.withFile(real, (opened) => opened.attributes());
    if (!attributes.isRegular) throw refused(`${disk}: ${quote(path)} on ${remote.host} is not a regular file.`);
    if (attributes.bytes === null || attributes.modifiedSeconds === null)
      throw failed(`${disk}: ${remote.host} does not tell size and time of ${quote(path)}.`);
    return {
      path: real,
      name: real.slice(real.lastIndexOf("/") + 1),
      bytes: attributes.bytes,
      // SFTP tells whole seconds.
      modifiedNs: BigInt(attributes.modifiedSeconds) * 1_000_000_000n,
      read: (offset, length) => sftp.withFile(real, (opened) => opened.read(offset, length)),
    };
  } catch (error) {
    throw fileFault(disk, remote, path, error);
  }
}

/** What is another than it was, one line each. */
export function remoteChanges(before: readonly RemoteFile[], now: readonly RemoteFile[]): string[] {
  return before.flatMap((file, index) => {
    const found = now[index];
    if (found === undefined || found.path !== file.path) return [`${quote(file.name)} was replaced`];
    if (found.bytes !== file.bytes) return [`${quote(file.name)} had ${file.bytes} bytes, has ${found.bytes}`];
    return found.modifiedNs === file.modifiedNs ? [] : [`${quote(file.name)} was written to`];
  });
}
