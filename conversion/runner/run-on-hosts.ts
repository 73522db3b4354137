import type { Clock, Log } from "../effects.ts";
import { acquire } from "../limits/acquire.ts";
import type { Demand } from "../limits/demand.ts";
import { sourceLimits } from "../limits/limit.ts";
import type { HostPlace } from "../limits/turn.ts";
import type { Locks } from "../limits/locks.ts";
import type { Order, Reply } from "../order.ts";
import type { Settings } from "../settings.ts";
import { HostFault, ProgramFailure, supervise } from "../supervise.ts";
import type { ConversionHost } from "./hosts.ts";
import { lastHost } from "./last-host.ts";
import type { Pool } from "./pool.ts";
import type { Runner } from "./runner.ts";

/** What runs an order, on whichever host. */
export interface Dispatch {
  readonly pool: Pool;
  readonly runnerOf: (host: ConversionHost) => Runner;
  readonly locks: Locks;
  readonly limits: Settings["limits"];
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const POLL_MS = 1000;

/** The order, without what depends on the host. */
export type AnyHostOrder = Omit<Order, "settings" | "mayCopy">;

/** Runs an order that copies nothing, on any host that can be used; a host that fails is left out, and another one asked. */
export async function look(dispatch: Dispatch, order: AnyHostOrder): Promise<Reply> {
  const { pool, clock } = dispatch;
  for (;;) {
    goOn(dispatch);
    const usable = pool.hosts.filter((one) => pool.room(one) > 0);
    const proven = usable.filter((one) => !pool.isOnTrial(one));
    const host = anyOf(proven.length > 0 ? proven : usable);
    if (host === null) {
      await clock.sleep(POLL_MS);
      continue;
    }
    const reply = await lookOn(dispatch, order, host);
    if (reply !== null) return reply;
  }
}

/**
 * Copies: waits for its turn, then runs on the host that has the most weight left. When that host fails, the disk goes on on
 * another one, from its ledger; the old writer is fenced by whoever takes the image over.
 */
export async function copy(dispatch: Dispatch, order: AnyHostOrder, demand: Demand): Promise<Reply> {
  const { clock, env } = dispatch;
  const sinceMs = clock.now();
  const last = lastHost(env, `${demand.stack} ${demand.what}`);
  for (;;) {
    const place = await placeFor(dispatch, demand, sinceMs, last.read());
    try {
      last.begins(place.host.id);
      const reply = await copyOn(dispatch, order, demand, place.host);
      last.ends();
      if (reply !== null) return reply;
    } catch (error) {
      if (error instanceof ProgramFailure) last.ends();
      throw error;
    } finally {
      await place.release();
    }
  }
}

/** Null: the host has failed. */
async function copyOn(
  dispatch: Dispatch,
  order: AnyHostOrder,
  demand: Demand,
  host: ConversionHost,
): Promise<Reply | null> {
  const { pool, runnerOf, signal, log } = dispatch;
  if (pool.isOnTrial(host)) {
    const reply = await lookOn(dispatch, order, host);
    if (reply?.kind !== "needsSlot") return reply;
  }
  try {
    const whole = { ...order, settings: host.settings, mayCopy: true };
    return await supervise(runnerOf(host), whole, signal, log, demand);
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    pool.fails(host, error);
    return null;
  }
}

interface Place {
  readonly host: ConversionHost;
  release(): Promise<void>;
}

async function placeFor(dispatch: Dispatch, demand: Demand, sinceMs: number, prefers: string | null): Promise<Place> {
  const { pool, locks, limits, env, clock, log } = dispatch;
  const { what, bytes } = demand;
  const [first] = pool.hosts;
  // Its own scheduler holds to the limits, and knows who waits.
  if (first !== undefined && dispatch.runnerOf(first).limitsItself === true)
    return { host: first, release: () => Promise.resolve() };
  const wanted = { what, bytes, sinceMs, limits: sourceLimits(demand, limits), hosts: pool.hosts, prefers };
  const around = {
    ...{ env, clock, log, locks },
    room: (place: HostPlace) => pool.room(place),
    goOn: () => {
      goOn(dispatch);
    },
  };
  const place = await acquire(wanted, around);
  const host = pool.hosts.find(({ id }) => id === place.host.id);
  if (host === undefined) throw new Error(`no conversion host ${place.host.id}`);
  return { host, release: () => place.release() };
}

/** Null: the host has failed. */
async function lookOn(dispatch: Dispatch, order: AnyHostOrder, host: ConversionHost): Promise<Reply | null> {
  const { pool, runnerOf, signal, log } = dispatch;
  try {
    const reply = await supervise(runnerOf(host), { ...order, settings: host.settings, mayCopy: false }, signal, log);
    pool.works(host);
    return reply;
  } catch (error) {
    // The program ran, and found something wrong with disk or target.
    if (error instanceof ProgramFailure) pool.works(host);
    if (!(error instanceof HostFault)) throw error;
    pool.fails(host, error);
    return null;
  }
}

function goOn({ signal, pool }: Dispatch): void {
  signal.throwIfAborted();
  pool.expectUsable();
}

/** One at random, the stronger the more often. */
function anyOf(hosts: readonly ConversionHost[]): ConversionHost | null {
  let left = Math.random() * hosts.reduce((sum, { weight }) => sum + weight, 0);
  return hosts.find(({ weight }) => (left -= weight) <= 0) ?? hosts[0] ?? null;
}
