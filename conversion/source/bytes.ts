import { open } from "node:fs/promises";

/** Reads `length` bytes at `offset` of a file, opened read-only; fewer where the file ends. */
export async function readBytes(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
