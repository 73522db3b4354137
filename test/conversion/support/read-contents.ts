import { open } from "node:fs/promises";
import type { Contents } from "../../../conversion/source/contents.ts";
import { MIB } from "./disks.ts";

/** Whether contents are those of a raw file, byte for byte; extents that read as zeroes must be zeroes there. */
export async function sameContents(contents: Contents, raw: string): Promise<boolean> {
  if (contents.kind !== "random") throw new Error("expected contents that can be read at any place");
  const file = await open(raw, "r");
  try {
    const { size } = await file.stat();
    for (let offset = 0; offset < size; offset += 4 * MIB) {
      const window = { offset, length: Math.min(4 * MIB, size - offset) };
      const wanted = Buffer.alloc(window.length);
      await file.read(wanted, 0, window.length, offset);
      const found = Buffer.alloc(window.length, 0xff);
      for (const { zero, ...extent } of await contents.extents(window)) {
        const part = found.subarray(extent.offset - offset, extent.offset - offset + extent.length);
        if (zero) part.fill(0);
        else await contents.read(extent, part);
      }
      if (!found.equals(wanted)) return false;
    }
    return true;
  } finally {
    await file.close();
    await contents.close();
  }
}
