import { createHash, webcrypto } from "node:crypto";

/**
 * The digest of a disk: a Merkle tree of SHA-256 (the tree of RFC 6962, section 2.1) over its blocks of 4 MiB.
 *
 *     leaf   SHA-256 of the block's bytes; the last block may be short
 *     node   SHA-256 of the byte 01, the left and the right node; the left one is a whole tree, as large as fits
 *     disk   "wavelift1:" and SHA-256 in hex of "wavelift1 BYTES " (BYTES: the disk's size in decimal) and the root
 *
 * So slices of the disk are digested by themselves, in any order and by different runs, and what is zero costs nothing.
 * Bytes of the target beyond the disk's size are not part of it.
 */

/** Size of a block in bytes. */
export const BLOCK_BYTES = 4 * 1024 * 1024;

/** A node of the tree: 32 bytes. */
export type Node = Buffer;

const sha256 = (...parts: readonly (Buffer | string)[]): Node => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const NODE = Buffer.from([1]);

/** SHA-256 of a block, computed beside the program's own thread. */
export async function blockNode(block: Buffer<ArrayBuffer>): Promise<Node> {
  return Buffer.from(await webcrypto.subtle.digest("SHA-256", block));
}

const zeroes = new Map<number, Node>();

/** The node of a block of zeroes. */
export function zeroBlockNode(length: number): Node {
  const known = zeroes.get(length);
  if (known !== undefined) return known;
  const node = sha256(Buffer.alloc(length));
  zeroes.set(length, node);
  return node;
}

/** Root of the tree over these nodes, in order; they may be blocks or whole trees of one size each (the last one less). */
export function rootOf(nodes: readonly Node[]): Node {
  const [first] = nodes;
  if (first === undefined) throw new Error("a tree without leaves");
  if (nodes.length === 1) return first;
  const left = 2 ** Math.floor(Math.log2(nodes.length - 1));
  return sha256(NODE, rootOf(nodes.slice(0, left)), rootOf(nodes.slice(left)));
}

/** Node of a window of zeroes that begins at a block and is a whole tree, or ends the disk. */
export function zeroNode(length: number): Node {
  const key = -length;
  const known = zeroes.get(key);
  if (known !== undefined) return known;
  const blocks = Math.ceil(length / BLOCK_BYTES);
  const last = length - (blocks - 1) * BLOCK_BYTES;
  const node = rootOf(Array.from({ length: blocks }, (_, at) => zeroBlockNode(at === blocks - 1 ? last : BLOCK_BYTES)));
  zeroes.set(key, node);
  return node;
}

/** The digest as text. @param sizeBytes size of the disk */
export const diskDigest = (root: Node, sizeBytes: number): string =>
  `wavelift1:${sha256(`wavelift1 ${sizeBytes} `, root).toString("hex")}`;
