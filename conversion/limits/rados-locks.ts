import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { reasonOf, run } from "../commands.ts";
import type { Clock, Commands, Finished, Log } from "../effects.ts";
import { failed, messageOf } from "../failure.ts";
import type { PoolAccess } from "../rbd/rbd.ts";
import type { Locks } from "./locks.ts";
import { limitFolder, readWhole, tryTake, writeWhole } from "./run-files.ts";

/** The object in the pool, and the name of the lock on it: `rados -p POOL lock info wavelift.limits copies` shows who copies. */
const OBJECT = "wavelift.limits";
const LOCK = "copies";
/** A holder that does not renew its lock has lost it after so long. */
const DURATION_SECONDS = 90;
const RENEW_MS = 30_000;
/** Those who wait on this machine share what one of them has seen. */
const SEEN_MS = 2000;
const TIMEOUT_MS = 30_000;
/** How long Ceph may be away before the run gives up. */
const PATIENCE_MS = 10 * 60_000;
const RETRY_MS = 30_000;
/** errno ENOENT: nobody has taken one yet. */
const NO_OBJECT = 2;

const Description = z.object({ limits: z.array(z.string()) });
const Info = z.object({
  lockers: z.array(z.object({ name: z.string(), cookie: z.string(), description: z.string() })),
});
/** Ids of the limits that each holder has a part of. */
const Seen = z.object({ atMs: z.number(), holders: z.array(z.array(z.string())) });
type Locker = z.infer<typeof Info>["lockers"][number];

export interface RadosSurroundings {
  readonly commands: Commands;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  /** Looked at while Ceph is away. @throws to end it */
  readonly goOn: () => void;
}

/**
 * Locks in Ceph, for several machines that run waves from the same sources. One shared lock that each copy holds, with
 * what it takes in its description; it expires, so that a machine that dies gives it back, and is renewed. A holder that
 * was suspended for longer finds it expired and takes it again: until then one too many may copy. That is all: limits
 * spare hosts; what protects data is the fence (conversion/rbd/takeover.ts).
 */
export function radosLocks(access: PoolAccess, around: RadosSurroundings): Locks {
  const { commands, clock, log, env } = around;
  const ceph = openLocks(access, commands);
  const patiently = patience(around);
  return {
    look: () =>
      patiently(async () => {
        const seen = await sharedLook(env, clock, async () => holdersOf(await ceph.lockers(), ""));
        return (limit) => seen.filter((ids) => ids.includes(limit.id)).length;
      }),
    take: (limits, what) =>
      patiently(async () => {
        const cookie = randomUUID();
        const description = JSON.stringify({
          limits: limits.map(({ id }) => id),
          what,
          by: `${hostname()} ${process.pid}`,
        });
        await ceph.hold(cookie, description);
        // First held, then counted: of two at the same moment, at least the later one sees the other. Both may give way.
        const others = holdersOf(await ceph.lockers(), cookie);
        if (limits.some((limit) => others.filter((ids) => ids.includes(limit.id)).length >= limit.count)) {
          await ceph.giveBack(cookie);
          await clock.sleep(Math.random() * 1000);
          return null;
        }
        const timer = setInterval(() => {
          ceph.hold(cookie, description).catch((error: unknown) => {
            log(`${what}: its lock could not be renewed: ${messageOf(error)}`);
          });
        }, RENEW_MS);
        return {
          release: async () => {
            clearInterval(timer);
            // It expires by itself where Ceph cannot be asked.
            await ceph.giveBack(cookie).catch(() => undefined);
          },
        };
      }),
  };
}

/** How many copies hold a lock. @throws when Ceph cannot be asked */
export const countHolders = async (access: PoolAccess, commands: Commands): Promise<number> =>
  holdersOf(await openLocks(access, commands).lockers(), "").length;

interface CephLocks {
  lockers(): Promise<Locker[]>;
  /** Takes or renews. */
  hold(cookie: string, description: string): Promise<void>;
  giveBack(cookie: string): Promise<void>;
}

/** The lock through the tool `rados`: every call of it is another client of Ceph, so renewing leaves several lockers of a cookie. */
function openLocks({ pool, user, conf }: PoolAccess, commands: Commands): CephLocks {
  const login = ["--conf", conf, "--id", user, "--pool", pool];
  const rados = (...args: string[]): Promise<Finished> =>
    run(commands, "rados", [...login, "lock", ...args], { timeoutMs: TIMEOUT_MS });
  const failure = (what: string, finished: Finished): Error =>
    failed(
      `\`locks\` of runners.yaml: rados lock ${what} in the pool ${pool} (client.${user}, ${conf}) failed: ${reasonOf(finished)}. ` +
        "The machine that runs Pulumi needs ceph-common, that file and the key of that user.",
    );
  const lockers = async (): Promise<Locker[]> => {
    const finished = await rados("info", OBJECT, LOCK);
    if (finished.code !== 0 && finished.stderr.includes(`(${NO_OBJECT})`)) return [];
    if (finished.code !== 0) throw failure("info", finished);
    return Info.parse(JSON.parse(finished.stdout)).lockers;
  };
  return {
    lockers,
    hold: async (cookie, description) => {
      const how = ["--lock-type", "shared", "--lock-tag", LOCK, "--lock-duration", String(DURATION_SECONDS)];
      const who = ["--lock-cookie", cookie, "--lock-description", description];
      const finished = await rados("get", OBJECT, LOCK, ...who, ...how);
      if (finished.code !== 0) throw failure("get", finished);
    },
    giveBack: async (cookie) => {
      for (const { name, cookie: its } of await lockers())
        if (its === cookie) await rados("break", OBJECT, LOCK, name, "--lock-cookie", cookie);
    },
  };
}

/** What each holder but one has, each once. */
function holdersOf(lockers: readonly Locker[], except: string): string[][] {
  const byCookie = new Map(lockers.map(({ cookie, description }) => [cookie, idsOf(description)]));
  byCookie.delete(except);
  return [...byCookie.values()];
}

function idsOf(description: string): string[] {
  try {
    return Description.parse(JSON.parse(description)).limits;
  } catch {
    return [];
  }
}

/** One look for all who wait on this machine: the first who finds the last one old looks, the others take what it saw. */
async function sharedLook(env: NodeJS.ProcessEnv, clock: Clock, look: () => Promise<string[][]>): Promise<string[][]> {
  const file = join(limitFolder(env), "rados-seen.json");
  const recent = (withinMs: number): string[][] | null => {
    const seen = Seen.safeParse(readWhole(file));
    return seen.success && Math.abs(clock.now() - seen.data.atMs) < withinMs ? seen.data.holders : null;
  };
  const fresh = recent(SEEN_MS);
  if (fresh !== null) return fresh;
  const looking = join(limitFolder(env), "rados-looking");
  const isMine = tryTake(looking);
  const older = isMine ? null : recent(5 * SEEN_MS);
  if (older !== null) return older;
  try {
    const holders = await look();
    writeWhole(file, { atMs: clock.now(), holders } satisfies z.infer<typeof Seen>);
    return holders;
  } finally {
    if (isMine) rmSync(looking, { force: true });
  }
}

/** Does it again while Ceph is away, and says so now and then. */
function patience({ clock, log, goOn }: RadosSurroundings): <T>(action: () => Promise<T>) => Promise<T> {
  return async (action) => {
    const startMs = clock.now();
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (clock.now() - startMs >= PATIENCE_MS) throw error;
        log(`${messageOf(error)} Trying again.`);
        for (const endMs = clock.now() + RETRY_MS; clock.now() < endMs;) {
          goOn();
          await clock.sleep(1000);
        }
      }
    }
  };
}
