/** A plain file of a tar archive: where its bytes are. */
export interface TarMember {
  /** As it stands in the archive. */
  readonly name: string;
  readonly size: number;
  /** Position of its first byte in the archive. */
  readonly offset: number;
}

/** Why a file is not taken as a tar archive of plain files. */
export class TarError extends Error {
  override readonly name = "TarError";
}

const BLOCK = 512;
/** An OVA has a few files; an archive with more members than this is none. */
const MOST_MEMBERS = 10_000;
/** Extended headers hold a path or two. */
const LARGEST_EXTENSION = 1 << 16;

/** What extended headers (PAX "x", GNU "L") say of the member that follows. */
interface Extension {
  readonly name?: string;
  readonly size?: number;
}

/**
 * Where the plain files of a tar archive are. Only the headers are read, not the terabytes between them (which a streaming
 * parser would have to pass). Links, sparse files, devices and names that lead out of the archive are refused: an OVA has
 * none, and what they would give is not what the archive holds.
 * @throws {TarError}
 */
export async function tarIndex(
  read: (offset: number, length: number) => Promise<Buffer>,
  archiveSize: number,
): Promise<TarMember[]> {
  const members = new Map<string, TarMember>();
  let extension: Extension = {};
  for (let at = 0; at < archiveSize;) {
    const header = await read(at, BLOCK);
    if (header.length < BLOCK) throw new TarError(`it is cut off in a header, at byte ${at}`);
    if (header.every((byte) => byte === 0)) break;
    if (!hasChecksum(header)) throw new TarError(at === 0 ? "it is no tar archive" : `no tar header at byte ${at}`);
    const type = String.fromCharCode(header[156] ?? 0);
    const isExtension = /^[xgLK]$/.test(type);
    const size = (isExtension ? undefined : extension.size) ?? number(header.subarray(124, 136));
    const offset = at + BLOCK;
    if (offset + size > archiveSize)
      throw new TarError(`it is cut off: a member ends at byte ${offset + size}, the archive at ${archiveSize}`);
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
    if (isExtension) {
      if (size > LARGEST_EXTENSION) throw new TarError(`a header of ${size} bytes`);
      extension = { ...extension, ...extensionOf(type, await read(offset, size)) };
      continue;
    }
    const name = extension.name ?? nameOf(header);
    extension = {};
    const kind = kindOf(type, name);
    if (kind === "folder") continue;
    if (members.has(plainName(name))) throw new TarError(`two members are called ${JSON.stringify(name)}`);
    if (members.size >= MOST_MEMBERS) throw new TarError(`it has more than ${MOST_MEMBERS} members`);
    members.set(plainName(name), { name, size, offset });
  }
  if (members.size === 0) throw new TarError("it is empty");
  return [...members.values()];
}

/** Without the "./" that `tar c ./*` puts before it. */
export const plainName = (name: string): string => name.replace(/^(\.\/)+/, "");

/** The sum of the header's bytes, with its own field taken as blanks. */
function hasChecksum(header: Buffer): boolean {
  const wanted = Number.parseInt(text(header.subarray(148, 156)).trim(), 8);
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  return sum === wanted;
}

/** Octal digits, or (GNU, for 8 GiB and more) a big-endian number whose first bit is set. */
function number(field: Buffer): number {
  const isBinary = ((field[0] ?? 0) & 0x80) !== 0;
  const digits = text(field).trim();
  const value = isBinary ? binary(field) : /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new TarError("a member has no size that can be");
  return value;
}

const binary = (field: Buffer): number =>
  field.reduce((value, byte, index) => value * 256 + (index === 0 ? byte & 0x7f : byte), 0);

const text = (field: Buffer): string => {
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString("utf8");
};

/** A long name is in two parts in ustar archives. */
function nameOf(header: Buffer): string {
  const isUstar = header.subarray(257, 263).toString("latin1") === "ustar\0";
  const prefix = isUstar ? text(header.subarray(345, 500)) : "";
  const name = text(header.subarray(0, 100));
  return prefix === "" ? name : `${prefix}/${name}`;
}

function kindOf(type: string, name: string): "file" | "folder" {
  const shown = JSON.stringify(name.slice(0, 100));
  if (type === "5") return "folder";
  if (type === "1" || type === "2") throw new TarError(`${shown} is a link`);
  if (type === "S") throw new TarError(`${shown} is stored as a sparse file`);
  if (type !== "0" && type !== "\0" && type !== "7") throw new TarError(`${shown} is no plain file`);
  const leaves = name === "" || name.startsWith("/") || name.includes("\\") || name.split("/").includes("..");
  if (leaves) throw new TarError(`the name ${shown} leads out of the archive`);
  return "file";
}

/** PAX: lines "LENGTH KEY=VALUE\n"; GNU's L: the name itself. */
function extensionOf(type: string, data: Buffer): Extension {
  if (type === "L") return { name: text(data) };
  if (type === "K") return {}; // the name that a link leads to: links are refused
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < data.length;) {
    const blank = data.indexOf(0x20, at);
    const length = blank < 0 ? Number.NaN : Number(data.subarray(at, blank).toString("latin1"));
    if (!Number.isInteger(length) || length <= blank - at || at + length > data.length)
      throw new TarError("an extended header cannot be read");
    const record = data.subarray(blank + 1, at + length - 1).toString("utf8");
    const key = record.slice(0, record.indexOf("="));
    const value = record.slice(key.length + 1);
    if (key.startsWith("GNU.sparse.")) throw new TarError("a member is stored as a sparse file");
    if (key === "path") found.name = value;
    if (key === "size") found.size = paxSize(value);
    at += length;
  }
  if (type === "g" && (found.name !== undefined || found.size !== undefined))
    throw new TarError("a name or size for all members");
  return found;
}

function paxSize(value: string): number {
  const size = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new TarError("a member has no size that can be");
  return size;
}
