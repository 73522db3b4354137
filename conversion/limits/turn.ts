import type { Limit } from "./limit.ts";

/** A copy that waits. */
export interface Waiting {
  /** Unique; ties go by it. */
  readonly id: string;
  readonly bytes: number;
  /** When it began to wait, milliseconds since 1970. */
  readonly sinceMs: number;
  /** It takes one of each. */
  readonly limits: readonly Limit[];
  /** It takes one of one of these. */
  readonly hosts: readonly HostPlace[];
  /** Id of the host where it is done soonest, if there is room; null: all are alike. */
  readonly prefers: string | null;
}

/** A conversion host that a copy may run on. */
export interface HostPlace extends Limit {
  readonly weight: number;
}

/**
 * A second of waiting counts like 256 MiB of size: who has waited about as long as a larger disk takes to copy goes before
 * that one (a disk of 6 TB is let past for 6.2 hours). So the order of two never changes while they wait, and what comes later can only for so long go before.
 */
const BYTES_PER_WAITED_MS = 2 ** 28 / 1000;

/**
 * The first in the order keeps free what it needs, once it has waited for so long: else others, each of which needs only a part
 * of that, might go past it for ever. Only the first, so that hardly anything stands idle for it.
 */
export const KEEPS_FREE_MS = 10 * 60_000;

/** Longest first, where the time that one has waited makes it longer. */
export function inOrder(waiting: readonly Waiting[]): Waiting[] {
  const key = ({ bytes, sinceMs }: Waiting): number => bytes - sinceMs * BYTES_PER_WAITED_MS;
  return [...waiting].sort((a, b) => key(b) - key(a) || (a.id < b.id ? -1 : 1));
}

/**
 * Who may go now, and on which host each: down the order, whoever fits into what is left. Pure: all who wait on this machine
 * come to the same answer from the same files.
 * @param free how many more of a limit may be taken, by its id
 * @param used how many are in use on a host, by its id
 */
export function whoGoes(
  waiting: readonly Waiting[],
  free: (limit: Limit) => number,
  used: (host: Limit) => number,
  nowMs: number,
): ReadonlyMap<string, HostPlace> {
  const goes = new Map<string, HostPlace>();
  const given = new Map<string, number>();
  const left = (limit: Limit): number => free(limit) - (given.get(limit.id) ?? 0);
  const give = (limit: Limit): unknown => given.set(limit.id, (given.get(limit.id) ?? 0) + 1);
  for (const [index, one] of inOrder(waiting).entries()) {
    const hosts = one.hosts.filter((place) => left(place) > 0);
    const host =
      hosts.find(({ id }) => id === one.prefers) ??
      bestHost(hosts, (place) => used(place) + (given.get(place.id) ?? 0));
    if (host !== null && one.limits.every((limit) => left(limit) > 0)) {
      for (const limit of [...one.limits, host]) give(limit);
      goes.set(one.id, host);
    } else if (index === 0 && nowMs - one.sinceMs >= KEEPS_FREE_MS)
      for (const limit of [...one.limits, ...(host === null ? [] : [host])]) give(limit);
  }
  return goes;
}

/** The host that has the most weight for one more copy; the first of equals. */
function bestHost(hosts: readonly HostPlace[], used: (host: HostPlace) => number): HostPlace | null {
  const share = (host: HostPlace): number => host.weight / (used(host) + 1);
  return hosts.reduce<HostPlace | null>(
    (best, host) => (best === null || share(host) > share(best) ? host : best),
    null,
  );
}
