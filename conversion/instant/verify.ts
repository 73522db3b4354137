import { BLOCK_BYTES, blockNode, diskDigest, rootOf, type Node } from "../copy/digest.ts";
import { startProgress } from "../copy/progress.ts";
import { servedDisk } from "../gateway/served-disk.ts";
import { refused } from "../failure.ts";
import type { ImportJob } from "../job.ts";
import { serveNode } from "../nbd/serve.ts";
import type { InspectedSource } from "../source/transport.ts";
import { SNAPSHOT, type InstantDisk } from "./instant-disk.ts";

const GIB = 1024 ** 3;
/** Blocks that are compared side by side. */
const AT_ONCE = 4;

/**
 * Compares what was copied with the source, byte by byte. What the guest has written since lies beside it: the snapshot was
 * taken before anybody could write, and so must come to exactly what the source holds.
 * @returns digest of the source's contents
 * @throws a refusal that says where they differ
 */
export async function compareWithSource(one: InstantDisk, job: ImportJob, source: InspectedSource): Promise<string> {
  const { world, disk, image } = one;
  const { clock, log } = world;
  const { pool, user, conf } = one.access;
  const node = { driver: "raw", file: { driver: "rbd", pool, image, snapshot: SNAPSHOT, user, conf } };
  const sizeBytes = job.sizeGiB * GIB;
  const { capacityBytes } = job.source;
  const from = servedDisk({ clock, log, open: () => source.open(), capacityBytes, sizeBytes, etag: "" });
  try {
    const copy = await serveNode(world, disk, node, { plain: true });
    try {
      const progress = startProgress(
        clock,
        (line) => {
          log(`${line} (comparison)`);
        },
        disk,
        sizeBytes,
        0,
      );
      const nodes: Node[] = [];
      let next = 0;
      let done = 0;
      const compare = async (): Promise<void> => {
        const there = Buffer.alloc(BLOCK_BYTES);
        for (let offset = next; offset < sizeBytes; offset = next) {
          next += BLOCK_BYTES;
          const window = { offset, length: Math.min(BLOCK_BYTES, sizeBytes - offset) };
          await world.rate.take(window.length);
          const found = there.subarray(0, window.length);
          const [wanted] = await Promise.all([from.read(window), copy.read(window, found)]);
          if (!wanted.equals(found)) throw differs(one, offset + firstDifference(wanted, found));
          // What fills the volume up is no part of the disk.
          if (offset < capacityBytes)
            nodes[offset / BLOCK_BYTES] = await blockNode(
              wanted.subarray(0, Math.min(wanted.length, capacityBytes - offset)),
            );
          progress.update((done += window.length));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, compare));
      progress.done("copied and compared");
      return diskDigest(rootOf(nodes), capacityBytes);
    } finally {
      await copy.close();
    }
  } finally {
    await from.close();
  }
}

function firstDifference(left: Buffer, right: Buffer): number {
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return Math.max(at, 0);
}

const differs = ({ disk, access, image }: InstantDisk, offset: number): Error =>
  refused(
    `${disk}: what was copied into ${access.pool}/${image} is not what the source holds: they differ at byte ${offset} ` +
      `(snapshot ${SNAPSHOT}, taken before the server wrote). It is not committed. The server may have read wrong data: stop it, see ` +
      "what stands between gateway and compute host, and roll the VM back (phase: absent, then up).",
  );
