import { open, type FileHandle } from "node:fs/promises";
import type { Extent, RandomContents, Window } from "./contents.ts";

/** Reads under way at once on one file. */
const DEPTH = 8;

/**
 * A disk whose bytes lie in a file one after the other (raw, or the flat file of a VMDK): read without a detour.
 * @param extents tells what of it holds data: node itself cannot ask the file system
 */
export async function flatContents(
  path: string,
  extents: Pick<RandomContents, "extents" | "close">,
): Promise<RandomContents> {
  const file = await open(path, "r");
  return {
    kind: "random",
    depth: DEPTH,
    extents: (window: Window): Promise<readonly Extent[]> => extents.extents(window),
    read: (window, into) => readAll(file, path, window, into),
    close: async () => {
      await file.close();
      await extents.close();
    },
  };
}

async function readAll(file: FileHandle, path: string, { offset, length }: Window, into: Buffer): Promise<void> {
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await file.read(into, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new Error(`${path}: a short read: it ends at byte ${offset + filled}`);
    filled += bytesRead;
  }
}
