import { lstat, realpath } from "node:fs/promises";
import path from "node:path";
import { withImageFile, type ImageBytes } from "./image-bytes.ts";
import { hrefNames } from "./ovf-href.ts";
import { plainName, tarIndex, type TarMember } from "./tar-index.ts";

/** A file that an OVF names, inside its package. */
export interface PackageFile {
  /** As the package has it. */
  readonly name: string;
  readonly size: number;
  /** Lends the file for reading. */
  readonly use: <T>(read: (bytes: ImageBytes) => Promise<T>) => Promise<T>;
  /** Where it is: a file, and its name inside of it where that is an archive. */
  readonly file: string;
  readonly member: string | null;
}

/** An OVF and the files beside it: a folder, or a tar archive (.ova). */
export interface OvfPackage {
  /** The .ovf or .ova, for faults. */
  readonly file: string;
  /** The OVF itself. */
  readonly ovf: PackageFile;
  /** A file of the package by an href; null: there is none; a text: why it is not looked for. */
  readonly find: (href: string) => Promise<PackageFile | string | null>;
}

/** The package of an .ovf: the folder that it is in. Symbolic links are not followed: they may lead out of it. */
export async function folderPackage(file: string): Promise<OvfPackage> {
  const folder = await realpath(path.dirname(file));
  const plainFile = async (name: string): Promise<PackageFile | null> => {
    const place = path.join(folder, name);
    try {
      if ((await realpath(place)) !== place) return null;
      const stat = await lstat(place);
      if (!stat.isFile()) return null;
      const use: PackageFile["use"] = (read) => withImageFile(place, read);
      return { name, size: stat.size, use, file: path.join(path.dirname(file), name), member: null };
    } catch {
      return null;
    }
  };
  const ovf = await plainFile(path.basename(file));
  if (ovf === null) throw new Error("it is no plain file that can be read");
  return { file, ovf, find: (href) => firstOf(href, plainFile) };
}

/**
 * The package of an .ova.
 * @throws {TarError} when it is no archive of plain files; an Error when it has not one OVF
 */
export async function archivePackage(file: string): Promise<OvfPackage> {
  const members = await withImageFile(file, ({ read, size }) => tarIndex(read, size));
  return packageOf(file, members, (use) => withImageFile(file, use));
}

/** The package in an archive with these members. */
export function packageOf(
  file: string,
  members: readonly TarMember[],
  lend: <T>(use: (archive: ImageBytes) => Promise<T>) => Promise<T>,
): OvfPackage {
  const found = new Map(members.map((member) => [plainName(member.name), memberFile(file, member, lend)]));
  const ovfs = [...found.keys()].filter((name) => /\.ovf$/i.test(name));
  const [first, second] = ovfs;
  if (first === undefined) throw new Error("it holds no .ovf");
  if (second !== undefined) throw new Error(`it holds ${ovfs.length} .ovf files`);
  const ovf = found.get(first);
  if (ovf === undefined) throw new Error("it holds no .ovf");
  return { file, ovf, find: (href) => firstOf(href, (name) => Promise.resolve(found.get(plainName(name)) ?? null)) };
}

function memberFile(
  file: string,
  { name, size, offset }: TarMember,
  lend: <T>(use: (archive: ImageBytes) => Promise<T>) => Promise<T>,
): PackageFile {
  const use: PackageFile["use"] = (read) =>
    lend((archive) =>
      read({
        size,
        usedBytes: size,
        read: (at, length) => archive.read(offset + at, Math.max(0, Math.min(length, size - at))),
      }),
    );
  return { name, size, use, file, member: name };
}

async function firstOf(
  href: string,
  find: (name: string) => Promise<PackageFile | null>,
): Promise<PackageFile | string | null> {
  const names = hrefNames(href);
  if ("refused" in names) return names.refused;
  for (const name of names) {
    const found = await find(name);
    if (found !== null) return found;
  }
  return null;
}

/** The text of a small file of a package. @throws an Error whose message says why there is none */
export function packageText(file: PackageFile, largestBytes: number): Promise<string> {
  if (file.size > largestBytes) throw new Error(`it has ${file.size} bytes, more than ${largestBytes}`);
  return file.use(async ({ read, size }) => {
    const content = await read(0, size);
    const encoding = content[0] === 0xff && content[1] === 0xfe ? "utf-16le" : "utf-8";
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(content);
    } catch {
      return new TextDecoder("latin1").decode(content);
    }
  });
}
