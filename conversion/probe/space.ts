import { z } from "zod";
import type { PoolSpace, PoolSpaces } from "../../planning/pool-space.ts";
import { reasonOf, run } from "../commands.ts";
import type { Commands } from "../effects.ts";
import type { PoolAccess } from "../rbd/rbd.ts";
import type { Settings } from "../settings.ts";

/** Monitors that cannot be reached are waited for much longer by the tools themselves. */
const TIMEOUT_MS = 10_000;

const Df = z.object({
  pools: z.array(
    z.object({
      name: z.string(),
      // Without replication; `bytes_used` holds it.
      stats: z.object({ stored: z.number(), max_avail: z.number(), quota_bytes: z.number().default(0) }),
    }),
  ),
});
const Fsid = z.object({ fsid: z.string() });

/** Space of the pool of each target that runners.yaml names. Reads only: two questions to the monitors a pool. */
export async function poolSpaces(commands: Commands, { storage }: Pick<Settings, "storage">): Promise<PoolSpaces> {
  const found = await Promise.all(
    Object.entries(storage).map(async ([target, access]) => [target, await poolSpace(commands, access)] as const),
  );
  return Object.fromEntries(found);
}

async function poolSpace(commands: Commands, { pool, user, conf }: PoolAccess): Promise<PoolSpace> {
  const ask = async <T>(schema: z.ZodType<T>, ...words: string[]): Promise<T> => {
    const login = ["--conf", conf, "--id", user, "--connect-timeout", String(TIMEOUT_MS / 2000)];
    const finished = await run(commands, "ceph", [...login, ...words, "--format", "json"], { timeoutMs: TIMEOUT_MS });
    if (finished.code !== 0) throw new Error(reasonOf(finished));
    const parsed = schema.safeParse(json(finished.stdout));
    if (!parsed.success) throw new Error(`ceph ${words.join(" ")} gave an answer of another shape`);
    return parsed.data;
  };
  try {
    const [{ pools }, { fsid }] = await Promise.all([ask(Df, "df", "detail"), ask(Fsid, "fsid")]);
    const stats = pools.find(({ name }) => name === pool)?.stats;
    if (stats === undefined) return { fault: `the cluster has no pool ${pool}` };
    const { stored: storedBytes, max_avail: available, quota_bytes: quota } = stats;
    const freeBytes = quota > 0 ? Math.max(0, Math.min(available, quota - storedBytes)) : available;
    return { pool, place: `${fsid} ${pool}`, storedBytes, freeBytes };
  } catch (error) {
    return { fault: `pool ${pool}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
