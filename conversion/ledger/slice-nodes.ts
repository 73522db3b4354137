import { z } from "zod";
import type { Node } from "../copy/digest.ts";

/**
 * The digests of finished slices, beside the ledger: what a later run needs for the digest of the whole disk without
 * reading it all again. Each is a node of the disk's tree. They are no truth about the disk (a late record of a stopped
 * run may drop some): one that is missing, or of another copy, is computed anew from the image.
 */

/** Slices in one record: it is passed as one argument to `rbd image-meta set`. */
export const NODES_PER_RECORD = 256;

const NODE_BYTES = 32;
const NONE = Buffer.alloc(NODE_BYTES);

/** Which copy a record belongs to: slices of this size of this source. */
export interface CopyIdentity {
  readonly sliceMiB: number;
  /** Fingerprint of the source. */
  readonly source: string;
}

const Record = z.object({ sliceMiB: z.int(), source: z.string(), nodes: z.base64() });

/** Key of the record in the RBD image's metadata. */
export const nodesKey = (record: number): string => `wavelift.v1.digests.${record}`;

/** Nodes of the slices of one record, by slice; empty where the text is none, or of another copy. */
export function readNodes(text: string | undefined, record: number, copy: CopyIdentity): Map<number, Node> {
  const parsed = Record.safeParse(jsonOf(text)).data;
  if (parsed?.sliceMiB !== copy.sliceMiB || parsed.source !== copy.source) return new Map();
  const bytes = Buffer.from(parsed.nodes, "base64");
  const nodes = Array.from({ length: Math.floor(bytes.length / NODE_BYTES) }, (_, at) => ({
    slice: record * NODES_PER_RECORD + at,
    node: bytes.subarray(at * NODE_BYTES, (at + 1) * NODE_BYTES),
  }));
  return new Map(nodes.filter(({ node }) => !node.equals(NONE)).map(({ slice, node }) => [slice, node]));
}

/** A record as text. */
export function writeNodes(nodes: ReadonlyMap<number, Node>, record: number, copy: CopyIdentity): string {
  const first = record * NODES_PER_RECORD;
  const last = Math.max(...[...nodes.keys()].filter((slice) => Math.floor(slice / NODES_PER_RECORD) === record));
  const all = Array.from({ length: last - first + 1 }, (_, at) => nodes.get(first + at) ?? NONE);
  return JSON.stringify({ ...copy, nodes: Buffer.concat(all).toString("base64") });
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}
