import { z } from "zod";
import { run } from "../commands.ts";
import type { Clock, Commands, Started } from "../effects.ts";
import { failed } from "../failure.ts";
import type { PoolAccess } from "./rbd.ts";

/**
 * How often a running copy asks: writes into a full pool wait, so nothing is lost by asking seldom, and `ceph` is Python,
 * half a second of CPU for each disk that is being copied.
 */
const EVERY_MS = 30_000;
const TIMEOUT_MS = 60_000;

const OsdMap = z.object({
  flags: z.string().default(""),
  pools: z.array(z.object({ pool_name: z.string(), flags_names: z.string(), quota_max_bytes: z.number().default(0) })),
});

/**
 * Why nothing can be written to the pool now; null when it can, or when Ceph does not tell. A full pool is no error to
 * a client of Ceph: its writes wait, without a word and without an end, until there is room (librados; seen on 16.2).
 */
export async function fullPool(commands: Commands, { pool, user, conf }: PoolAccess): Promise<string | null> {
  const args = ["--conf", conf, "--id", user, "osd", "dump", "--format", "json"];
  const finished = await run(commands, "ceph", args, { timeoutMs: TIMEOUT_MS });
  const map = OsdMap.safeParse(finished.code === 0 ? parseJson(finished.stdout) : null).data;
  const found = map?.pools.find(({ pool_name: name }) => name === pool);
  const flags = [...(map?.flags ?? "").split(","), ...(found?.flags_names ?? "").split(",")];
  if (!flags.includes("full")) return null;
  const why = flags.includes("full_quota")
    ? `its quota (${found?.quota_max_bytes ?? 0} bytes, or objects) is reached`
    : "the cluster has no room left";
  return `the Ceph pool ${pool} is full: ${why}, and writes wait for ever`;
}

/** What is said to the operator of it. */
export const fullPoolFailure = (disk: string, reason: string): Error =>
  failed(`${disk}: ${reason}. Make room or raise the quota (\`ceph df\`); the next run copies what is missing.`);

/** Watches the pool while a copy runs. */
export interface PoolWatch {
  /** Starts what the copy needs; ended, and none started any more, when the pool is full: they would wait for ever. */
  readonly commands: Commands;
  /** Why the children were ended; null while all is well. */
  fault(): string | null;
  stop(): void;
}

export function watchPool(commands: Commands, access: PoolAccess, clock: Clock): PoolWatch {
  const living = new Set<Started>();
  let reason: string | null = null;
  let stopped = false;
  const watch = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(EVERY_MS);
      if (stopped) return;
      reason = await fullPool(commands, access);
      if (reason !== null) break;
    }
    for (const child of living) child.kill("SIGKILL");
  };
  void watch();
  return {
    commands: {
      start: (tool, args, options) => {
        if (reason !== null) return notStarted(reason);
        const child = commands.start(tool, args, options);
        living.add(child);
        void child.ended.then(() => living.delete(child));
        return child;
      },
    },
    fault: () => reason,
    stop: () => {
      stopped = true;
    },
  };
}

const notStarted = (stderr: string): Started => ({
  pid: -1,
  ended: Promise.resolve({ code: null, signal: "SIGKILL", stdout: "", stderr }),
  kill: () => undefined,
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
