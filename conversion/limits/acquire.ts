import type { Clock, Log } from "../effects.ts";
import { shownLimit, type Limit } from "./limit.ts";
import type { Held, Locks } from "./locks.ts";
import { inOrder, whoGoes, type HostPlace, type Waiting } from "./turn.ts";
import { joinWaiting, type WaitingList } from "./waiting-list.ts";

/** What a copy waits for. */
export interface Wanted extends Omit<Waiting, "id"> {
  /** The disk, for people. */
  readonly what: string;
}

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  readonly locks: Locks;
  /** How many may be on a host at this moment: its count, or less where it was taken out. Default: its count. */
  readonly room?: (host: HostPlace) => number;
  /** Looked at while waiting. @throws to end it */
  readonly goOn: () => void;
}

/** The right to copy, and where. */
export interface Place extends Held {
  readonly host: HostPlace;
}

const POLL_MS = 1000;
/** Who has many in front of him looks less often. */
const LONGEST_POLL_MS = 5000;
const LINE_EVERY_MS = 60_000;

/** Waits until it is this copy's turn: longest first among all that wait on this machine, all of its limits or none. */
export async function acquire(wanted: Wanted, around: Surroundings): Promise<Place> {
  const { clock, env } = around;
  const list = joinWaiting(env, wanted);
  try {
    let lastLine = -Infinity;
    for (;;) {
      around.goOn();
      const look = await lookAround(list, around);
      const host = look.goes.get(list.mine);
      const held = host === undefined ? null : await around.locks.take([...wanted.limits, host], wanted.what);
      if (host !== undefined && held !== null) return { host, release: () => held.release() };
      if (clock.now() - lastLine >= LINE_EVERY_MS) {
        lastLine = clock.now();
        around.log(`${wanted.what}: ${waitsFor(wanted, list, look)}`);
      }
      const wakeMs = clock.now() + Math.min(POLL_MS + 100 * look.ahead.length, LONGEST_POLL_MS);
      while (clock.now() < wakeMs) {
        around.goOn();
        await clock.sleep(Math.min(POLL_MS, wakeMs - clock.now()));
      }
    }
  } finally {
    list.leave();
  }
}

/** What one look shows. */
interface Look {
  readonly goes: ReadonlyMap<string, HostPlace>;
  readonly ahead: readonly Waiting[];
  readonly free: (limit: Limit) => number;
}

/** Who goes, of those that live: an entry that a killed launcher has left keeps nobody waiting. */
async function lookAround(list: WaitingList, { locks, room, clock }: Surroundings): Promise<Look> {
  const used = await locks.look();
  for (;;) {
    const waiting = list.entries();
    const counts = countsOf(waiting, list.mine, room);
    const free = (limit: Limit): number => (counts.get(limit.id) ?? limit.count) - used(limit);
    const goes = whoGoes(waiting, free, used, clock.now());
    const ordered = inOrder(waiting);
    const first = ordered[0]?.id;
    const decisive = [...goes.keys(), ...(first === undefined ? [] : [first])].filter((id) => id !== list.mine);
    if (decisive.filter((id) => !list.lives(id)).length > 0) continue;
    const place = ordered.findIndex(({ id }) => id === list.mine);
    return { goes, ahead: ordered.slice(0, place), free };
  }
}

/** How many each limit allows. Others may have other counts in their runners.yaml: where this run names a limit, its own count. */
function countsOf(waiting: readonly Waiting[], mine: string, room: Surroundings["room"]): ReadonlyMap<string, number> {
  const ownLast = [...waiting].sort((a, b) => Number(a.id === mine) - Number(b.id === mine));
  return new Map(
    ownLast.flatMap(({ limits, hosts }) => [
      ...limits.map(({ id, count }) => [id, count] as const),
      ...hosts.map((host) => [host.id, room?.(host) ?? host.count] as const),
    ]),
  );
}

function waitsFor({ limits, hosts }: Wanted, list: WaitingList, { ahead, free }: Look): string {
  const living = ahead.filter(({ id }) => list.lives(id)).length;
  const full = [
    ...limits.filter((limit) => free(limit) <= 0).map(shownLimit),
    ...(hosts.every((host) => free(host) <= 0) ? [shownHosts(hosts)] : []),
  ];
  const why = full.length === 0 ? "its turn" : full.join(" and ");
  return `waiting for a slot: ${why}; ${living} of those that wait ${living === 1 ? "goes" : "go"} first`;
}

function shownHosts(hosts: readonly HostPlace[]): string {
  const [only, ...others] = hosts;
  if (only !== undefined && others.length === 0) return shownLimit(only);
  const all = hosts.reduce((sum, { count }) => sum + count, 0);
  return `the conversion hosts (${all} disks at a time)`;
}
