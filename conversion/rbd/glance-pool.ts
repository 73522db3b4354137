import { z } from "zod";
import { reasonOf, run } from "../commands.ts";
import type { Commands, Finished } from "../effects.ts";
import { failed } from "../failure.ts";
import type { PoolAccess } from "./rbd.ts";

/** Name of the snapshot that Glance's RBD driver clones from (glance_store/_drivers/rbd.py, DEFAULT_SNAPNAME). */
export const SNAPSHOT = "snap";
/** As that driver makes its images by default: rbd_store_chunk_size = 8 (MiB). */
const OBJECT_SIZE = "8M";
const TIMEOUT_MS = 120_000;
const ENOENT = 2;
const EBUSY = 16;

/** Beside what any image has: what images of Glance need. Every method fails with a message that says what rbd said. */
export interface GlancePool {
  readonly access: PoolAccess;
  /** Makes an image. @throws when there is one of this name */
  create(image: string, sizeBytes: number): Promise<void>;
  /** Names of its snapshots. */
  snapshots(image: string): Promise<{ readonly name: string; readonly isProtected: boolean }[]>;
  /** Makes the snapshot that clones are made of, and protects it, where that is still to be done. */
  publish(image: string): Promise<void>;
  /** Takes the snapshot away again. @throws when clones of it are there */
  withdraw(image: string): Promise<void>;
  /** Removes the image, which must have no snapshot. */
  remove(image: string): Promise<void>;
  /** The location by which Glance finds the image. */
  location(image: string): Promise<string>;
}

const Snapshots = z.array(z.object({ name: z.string(), protected: z.union([z.boolean(), z.string()]).default(false) }));
const Created = z.object({ features: z.array(z.string()) });
const Children = z.array(z.object({ pool: z.string(), image: z.string() }));

export function openGlancePool(commands: Commands, access: PoolAccess): GlancePool {
  const login = ["--conf", access.conf, "--id", access.user];
  const rbd = (...args: string[]): Promise<Finished> =>
    run(commands, "rbd", [...login, ...args], { timeoutMs: TIMEOUT_MS });
  const spec = (image: string): string => `${access.pool}/${image}`;
  const failure = (what: string, image: string, finished: Finished): Error =>
    failed(
      `rbd ${what} of the image ${spec(image)} (client.${access.user}, ${access.conf}) failed: ${reasonOf(finished)}. ` +
        "Check that this host reaches Ceph and that the user may use Glance's pool; then run again.",
    );
  const must = async (what: string, image: string, ...args: string[]): Promise<string> => {
    const finished = await rbd(...args);
    if (finished.code !== 0) throw failure(what, image, finished);
    return finished.stdout;
  };
  const snapshots: GlancePool["snapshots"] = async (image) => {
    const text = await must("snap ls", image, "snap", "ls", spec(image), "--format", "json");
    return Snapshots.parse(JSON.parse(text)).map(({ name, protected: word }) => ({
      name,
      isProtected: word === true || word === "true",
    }));
  };
  const found = async (image: string) => (await snapshots(image)).find(({ name }) => name === SNAPSHOT);
  const snap = (image: string): string => `${spec(image)}@${SNAPSHOT}`;

  return {
    access,
    async create(image, sizeBytes) {
      await must("create", image, "create", spec(image), "--size", `${sizeBytes}B`, "--object-size", OBJECT_SIZE);
      const text = await must("info", image, "info", spec(image), "--format", "json");
      if (!Created.parse(JSON.parse(text)).features.includes("layering"))
        throw failed(
          `the RBD image ${spec(image)} was made without the feature layering: nothing could be cloned from it. ` +
            `See rbd_default_features in ${access.conf}; the next run goes on when it is on (\`rbd rm ${spec(image)}\` first).`,
        );
    },
    snapshots,
    async publish(image) {
      if ((await found(image)) === undefined)
        await must("snap create", image, "snap", "create", "--no-progress", snap(image));
      if ((await found(image))?.isProtected !== true) await must("snap protect", image, "snap", "protect", snap(image));
    },
    async withdraw(image) {
      const there = await found(image);
      if (there === undefined) return;
      if (there.isProtected) {
        const finished = await rbd("snap", "unprotect", snap(image));
        if (finished.code === EBUSY) throw failed(`${snap(image)} has clones: ${reasonOf(finished)}`);
        if (finished.code !== 0) throw failure("snap unprotect", image, finished);
      }
      await must("snap rm", image, "snap", "rm", "--no-progress", snap(image));
    },
    async remove(image) {
      const finished = await rbd("rm", "--no-progress", spec(image));
      if (finished.code !== 0 && finished.code !== ENOENT) throw failure("rm", image, finished);
    },
    async location(image) {
      const finished = await run(commands, "ceph", [...login, "fsid"], { timeoutMs: TIMEOUT_MS });
      const fsid = z.uuid().safeParse(finished.stdout.trim());
      if (finished.code !== 0 || !fsid.success)
        throw failed(`ceph fsid (client.${access.user}, ${access.conf}) failed: ${reasonOf(finished)}`);
      return `rbd://${fsid.data}/${encodeURIComponent(access.pool)}/${encodeURIComponent(image)}/${SNAPSHOT}`;
    },
  };
}

/** What a user that may not enter the pool of a clone sees of it. */
const UNSEEN_CLONE = /failed to open descendant \S+ from pool (\S+?):/;

/**
 * The clones of an image's snapshot, as pool/image; those in a pool that the user may not enter are only known to be there.
 * @param access of a user that may read the image and, best, the pools of its clones: Cinder's
 */
export async function clonesOf(commands: Commands, access: PoolAccess, pool: string, image: string): Promise<string[]> {
  const login = ["--conf", access.conf, "--id", access.user];
  const where = `${pool}/${image}@${SNAPSHOT}`;
  const args = [...login, "children", "--all", where, "--format", "json"];
  const finished = await run(commands, "rbd", args, { timeoutMs: TIMEOUT_MS });
  if (finished.code === 0)
    return Children.parse(JSON.parse(finished.stdout)).map((child) => `${child.pool}/${child.image}`);
  if (finished.code === ENOENT) return [];
  const unseen = UNSEEN_CLONE.exec(finished.stderr)?.[1];
  if (unseen !== undefined) return [`an image in the pool ${unseen} (client.${access.user} may not see which)`];
  throw failed(`the clones of ${where} cannot be listed (client.${access.user}): ${reasonOf(finished)}`);
}
