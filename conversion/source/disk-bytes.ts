import { readBytes } from "./bytes.ts";
import type { SourceFile } from "./locate.ts";

/** The bytes of a file of a disk, wherever they are: on this host, inside an archive, behind an sshd. */
export interface DiskBytes {
  /** Name for people: as the source gave it. */
  readonly name: string;
  readonly bytes: number;
  /** What is there, shorter at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** A file of this host. */
export const bytesOfFile = (file: SourceFile): DiskBytes => ({
  name: file.name,
  bytes: file.bytes,
  read: (offset, length) => readBytes(file.path, offset, length),
});

/** A part of other bytes, as bytes of its own. */
export const partOf = (
  whole: DiskBytes,
  part: { readonly name: string; readonly offset: number; readonly size: number },
): DiskBytes => ({
  name: part.name,
  bytes: part.size,
  read: (offset, length) => whole.read(part.offset + offset, Math.max(0, Math.min(length, part.size - offset))),
});
