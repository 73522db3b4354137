import { Buffers } from "./buffers.ts";
import { diskDigest, rootOf, type Node } from "./digest.ts";
import type { Hasher } from "./hasher.ts";
import { windowNode } from "./verify.ts";
import type { ReadableContents } from "./target.ts";

/** So much is digested at a time, in bytes: a whole tree of blocks. */
const STEP_BYTES = 1024 ** 3;
/** Blocks read side by side. */
const DEPTH = 8;

/**
 * The digest of the first `sizeBytes` of contents.
 * @param onProgress gets the bytes that are done
 */
export async function digestContents(
  contents: ReadableContents,
  hasher: Hasher,
  sizeBytes: number,
  onProgress: (bytes: number) => void,
): Promise<string> {
  const readBack = { contents, hasher, buffers: new Buffers(DEPTH) };
  const nodes: Node[] = [];
  for (let offset = 0; offset < sizeBytes; offset += STEP_BYTES) {
    nodes.push(await windowNode(readBack, { offset, length: Math.min(STEP_BYTES, sizeBytes - offset) }));
    onProgress(Math.min(sizeBytes, offset + STEP_BYTES));
  }
  return diskDigest(rootOf(nodes), sizeBytes);
}
