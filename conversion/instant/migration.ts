import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { reasonOf, run } from "../commands.ts";
import type { Commands, Finished, Started } from "../effects.ts";
import { failed } from "../failure.ts";
import type { PoolAccess } from "../rbd/rbd.ts";

/** State of an image whose data still comes from elsewhere. */
export interface MigrationStatus {
  /** For example prepared, executing, executed, error. */
  readonly state: string;
  /** What rbd adds, such as how much is done. */
  readonly description: string;
  /** URL that the data comes from; null when it is none of one. */
  readonly url: string | null;
}

/** How an image is made. */
export interface ImageShape {
  readonly features: readonly string[];
  readonly objectBytes: number;
}

/** What an instant import does with images. Every method fails with a message that names the image and what rbd said. */
export interface Migrations {
  /** The state of the image's migration; null when it has none. */
  status(image: string): Promise<MigrationStatus | null>;
  shape(image: string): Promise<ImageShape & { readonly flags: readonly string[] }>;
  rename(from: string, to: string): Promise<void>;
  remove(image: string): Promise<void>;
  /** Makes an image that reads through to `url`. @param folder private folder for the specification, which no other may see */
  prepare(image: string, url: string, shape: ImageShape, folder: string): Promise<void>;
  /** Copies all that is not there yet. Its exit status proves nothing: ask `status`. */
  execute(image: string): Started;
  commit(image: string): Promise<void>;
  /**
   * Removes an image that is not committed, with its snapshots, also while nobody serves its source. `busy`: somebody holds
   * it open; `stands alone`: it is no such image, and was left as it is; `gone`: it is not there (any more).
   */
  abort(image: string): Promise<"gone" | "busy" | "stands alone">;
  snapshots(image: string): Promise<readonly string[]>;
  snapshot(image: string, name: string): Promise<void>;
  removeSnapshot(image: string, name: string): Promise<void>;
  /** Gives the space of zeroes back. */
  sparsify(image: string): Promise<void>;
  rebuildObjectMap(image: string): Promise<void>;
}

/** Ordinary commands answer within seconds. */
const TIMEOUT_MS = 120_000;
/** What goes through all objects of an image takes its time. */
const NO_LIMIT = undefined;
const [ENOENT, EBUSY, EINVAL] = [2, 16, 22];

const Status = z.object({
  migration: z
    .object({ state: z.string(), state_description: z.string(), source_spec: z.string().optional() })
    .optional(),
});
const SourceSpec = z.object({ stream: z.object({ url: z.string() }) });
const Info = z.object({ features: z.array(z.string()), object_size: z.int(), flags: z.array(z.string()).default([]) });
const Snapshots = z.array(z.object({ name: z.string() }));

/** Features that come and go with what is done to an image, or with another one: they are not asked for. */
const NOT_ASKED = new Set(["migrating", "operations", "data-pool", "dirty-cache"]);

export function openMigrations(commands: Commands, access: PoolAccess): Migrations {
  const login = ["--conf", access.conf, "--id", access.user];
  const spec = (image: string): string => `${access.pool}/${image}`;
  const rbd = (timeoutMs: number | undefined, args: readonly string[]): Promise<Finished> =>
    run(commands, "rbd", [...login, ...args], timeoutMs === undefined ? {} : { timeoutMs });
  const failure = (what: string, finished: Finished): Error =>
    failed(`rbd ${what} (client.${access.user}, ${access.conf}) failed: ${reasonOf(finished)}.`);
  const must = async (what: string, timeoutMs: number | undefined, ...args: string[]): Promise<Finished> => {
    const finished = await rbd(timeoutMs, args);
    if (finished.code !== 0) throw failure(what, finished);
    return finished;
  };
  const json = async <T>(schema: z.ZodType<T>, what: string, ...args: string[]): Promise<T> => {
    const finished = await must(what, TIMEOUT_MS, ...args, "--format", "json");
    const result = schema.safeParse(parsed(finished.stdout));
    if (!result.success) throw failed(`rbd ${what} gave an unknown answer: ${finished.stdout.slice(0, 300)}`);
    return result.data;
  };
  const shapeOptions = ({ features, objectBytes }: ImageShape): string[] => [
    ...["--object-size", `${objectBytes}B`],
    ...features.filter((name) => !NOT_ASKED.has(name)).flatMap((name) => ["--image-feature", name]),
  ];

  return {
    async status(image) {
      const { migration } = await json(Status, `status of ${spec(image)}`, "status", spec(image));
      if (migration === undefined) return null;
      const source = SourceSpec.safeParse(parsed(migration.source_spec ?? ""));
      const { state, state_description: description } = migration;
      return { state, description, url: source.success ? source.data.stream.url : null };
    },
    async shape(image) {
      const info = await json(Info, `info of ${spec(image)}`, "info", spec(image));
      return { features: info.features, objectBytes: info.object_size, flags: info.flags };
    },
    async rename(from, to) {
      await must(`rename of ${spec(from)} to ${to}`, TIMEOUT_MS, "rename", spec(from), spec(to));
    },
    async remove(image) {
      await must(`rm of ${spec(image)}`, NO_LIMIT, "rm", "--no-progress", spec(image));
    },
    async prepare(image, url, shape, folder) {
      const path = join(folder, `source-of-${image}.json`);
      // In a file, since arguments are to be seen by everybody on the host.
      writeFileSync(path, JSON.stringify({ type: "raw", stream: { type: "http", url } }), { mode: 0o600 });
      const source = ["--import-only", "--source-spec-path", path];
      const args = ["migration", "prepare", ...source, ...shapeOptions(shape), spec(image)];
      await must(`migration prepare of ${spec(image)}`, TIMEOUT_MS, ...args);
    },
    execute: (image) => commands.start("rbd", [...login, "migration", "execute", "--no-progress", spec(image)]),
    async commit(image) {
      await must(`migration commit of ${spec(image)}`, NO_LIMIT, "migration", "commit", "--no-progress", spec(image));
    },
    async abort(image) {
      const finished = await rbd(NO_LIMIT, ["migration", "abort", "--no-progress", spec(image)]);
      if (finished.code === 0 || finished.code === ENOENT) return "gone";
      if (finished.code === EBUSY) return "busy";
      if (finished.code === EINVAL && finished.stderr.includes("migration header")) return "stands alone";
      throw failure(`migration abort of ${spec(image)}`, finished);
    },
    async snapshots(image) {
      return (await json(Snapshots, `snap ls of ${spec(image)}`, "snap", "ls", spec(image))).map(({ name }) => name);
    },
    async snapshot(image, name) {
      const what = `${spec(image)}@${name}`;
      await must(`snap create ${what}`, TIMEOUT_MS, "snap", "create", "--no-progress", what);
    },
    async removeSnapshot(image, name) {
      const what = `${spec(image)}@${name}`;
      await must(`snap rm ${what}`, NO_LIMIT, "snap", "rm", "--no-progress", what);
    },
    async sparsify(image) {
      await must(`sparsify of ${spec(image)}`, NO_LIMIT, "sparsify", "--no-progress", spec(image));
    },
    async rebuildObjectMap(image) {
      const args = ["object-map", "rebuild", "--no-progress", spec(image)];
      await must(`object-map rebuild of ${spec(image)}`, NO_LIMIT, ...args);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
