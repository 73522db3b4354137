import { z } from "zod";
import { reasonOf, run } from "../commands.ts";
import type { Commands, Finished } from "../effects.ts";
import { failed } from "../failure.ts";
import { ghostsAmong, Watcher } from "./ghosts.ts";

/** How to reach a pool: the entry of runners.yaml. */
export interface PoolAccess {
  readonly pool: string;
  readonly user: string;
  readonly conf: string;
}

export interface RbdImage {
  readonly sizeBytes: number;
  readonly snapshots: number;
  /** Data that is not there yet is read from elsewhere (an instant import that is not committed). */
  readonly migrating: boolean;
  /** pool/image@snapshot that this image is a clone of; null when it stands alone. */
  readonly parent: string | null;
}

/** The images of one pool. Every method fails with a message that names the image and what rbd said. */
export interface Rbd {
  readonly access: PoolAccess;
  /** The image, null when there is none of this name. */
  info(image: string): Promise<RbdImage | null>;
  /** Client addresses of those who hold the image open for writing. */
  watchers(image: string): Promise<string[]>;
  /** Those of the watchers that are nobody (ghosts.ts). May take 10 s. */
  ghosts(image: string): Promise<string[]>;
  /** Whether any object of the image was ever written and not discarded. */
  hasData(image: string): Promise<boolean>;
  /** The image's metadata by key. */
  metadata(image: string): Promise<ReadonlyMap<string, string>>;
  setMeta(image: string, key: string, value: string): Promise<void>;
  /** Fences a client: from now on the cluster takes nothing from this address, not even what is under way. */
  blocklist(address: string, seconds: number): Promise<void>;
}

/** Ceph answers within milliseconds, or the client's own time-outs of 30 s and more are running: then say so. */
const TIMEOUT_MS = 120_000;
const GONE = "No such file or directory";

const Info = z.object({
  id: z.string().optional(),
  size: z.int(),
  snapshot_count: z.int().default(0),
  features: z.array(z.string()).default([]),
  parent: z.object({ pool: z.string(), image: z.string(), snapshot: z.string() }).optional(),
});
const Status = z.object({ watchers: z.array(Watcher) });
const Extents = z.array(z.unknown());
const Metadata = z.record(z.string(), z.string());

/** RBD through the tools `rbd` and `ceph`. */
export function openRbd(commands: Commands, access: PoolAccess): Rbd {
  const login = ["--conf", access.conf, "--id", access.user];
  const spec = (image: string): string => `${access.pool}/${image}`;
  const rbd = (...args: string[]): Promise<Finished> =>
    run(commands, "rbd", [...login, ...args], { timeoutMs: TIMEOUT_MS });
  const failure = (what: string, image: string, finished: Finished): Error =>
    failed(
      `rbd ${what} of the image ${spec(image)} (client.${access.user}, ${access.conf}) failed: ${reasonOf(finished)}. ` +
        "Check that this host reaches Ceph and that the user may use the pool; then run again.",
    );
  const json = async <T>(schema: z.ZodType<T>, what: string, image: string, ...args: string[]): Promise<T> => {
    const finished = await rbd(...args, "--format", "json");
    if (finished.code !== 0) throw failure(what, image, finished);
    return parsed(schema, finished.stdout, () => failure(`${what} (unknown answer)`, image, finished));
  };

  const infoOf = async (image: string): Promise<z.infer<typeof Info> | null> => {
    const finished = await rbd("info", spec(image), "--format", "json");
    if (finished.code === 2 && finished.stderr.includes(`error opening image ${image}: (2) ${GONE}`)) return null;
    if (finished.code !== 0) throw failure("info", image, finished);
    return parsed(Info, finished.stdout, () => failure("info (unknown answer)", image, finished));
  };
  const watchersOf = async (image: string): Promise<Watcher[]> =>
    (await json(Status, "status", image, "status", spec(image))).watchers;

  return {
    access,
    async info(image) {
      const info = await infoOf(image);
      if (info === null) return null;
      const { parent } = info;
      return {
        sizeBytes: info.size,
        snapshots: info.snapshot_count,
        migrating: info.features.includes("migrating"),
        parent: parent === undefined ? null : `${parent.pool}/${parent.image}@${parent.snapshot}`,
      };
    },
    async watchers(image) {
      return (await watchersOf(image)).map(({ address }) => address);
    },
    async ghosts(image) {
      const id = (await infoOf(image))?.id;
      return id === undefined ? [] : ghostsAmong(commands, access, `rbd_header.${id}`, await watchersOf(image));
    },
    async hasData(image) {
      return (await json(Extents, "diff", image, "diff", spec(image), "--whole-object")).length > 0;
    },
    async metadata(image) {
      const finished = await rbd("image-meta", "list", spec(image), "--format", "json");
      if (finished.code !== 0) throw failure("image-meta list", image, finished);
      // Without any it prints nothing at all (16.2).
      const text = finished.stdout.trim() === "" ? "{}" : finished.stdout;
      const found = parsed(Metadata, text, () => failure("image-meta list (unknown answer)", image, finished));
      return new Map(Object.entries(found));
    },
    async setMeta(image, key, value) {
      const finished = await rbd("image-meta", "set", spec(image), key, value);
      if (finished.code !== 0) throw failure("image-meta set", image, finished);
    },
    async blocklist(address, seconds) {
      const args = [...login, "osd", "blocklist", "add", address, String(seconds)];
      const finished = await run(commands, "ceph", args, { timeoutMs: TIMEOUT_MS });
      if (finished.code !== 0)
        throw failed(
          `the old writer ${address} cannot be fenced: ceph osd blocklist add said ${reasonOf(finished)}. ` +
            `client.${access.user} needs the capability "profile rbd" on the monitors.`,
        );
    },
  };
}

function parsed<T>(schema: z.ZodType<T>, text: string, otherwise: () => Error): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw otherwise();
  }
  const result = schema.safeParse(value);
  if (!result.success) throw otherwise();
  return result.data;
}
