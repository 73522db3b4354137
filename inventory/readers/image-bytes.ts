import { open } from "node:fs/promises";

/** The bytes of a disk image, wherever they are: a file of its own, or a part of an archive. */
export interface ImageBytes {
  readonly size: number;
  /** Space that it takes; null when unknown. */
  readonly usedBytes: number | null;
  /** What is there, shorter at the end. */
  readonly read: (offset: number, length: number) => Promise<Buffer>;
}

/** Opens a file for as long as `use` reads it. */
export async function withImageFile<T>(path: string, use: (bytes: ImageBytes) => Promise<T>): Promise<T> {
  const file = await open(path, "r");
  try {
    const { size, blocks } = await file.stat();
    const read = async (offset: number, length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return await use({ size, usedBytes: blocks * 512, read });
  } finally {
    await file.close();
  }
}
