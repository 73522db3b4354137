import type { Clock, Log } from "../effects.ts";
import { failed } from "../failure.ts";
import type { HostPlace } from "../limits/turn.ts";
import type { HostFault } from "../supervise.ts";
import type { ConversionHost } from "./hosts.ts";
import { roomOf, type HostsOut } from "./hosts-out.ts";

/** How long it is waited while no host can be used. */
const PATIENCE_MS = 10 * 60_000;
/** A disk that has met so many faults of hosts may well be their cause. */
const MOST_FAULTS = 6;

/** The conversion hosts as one run sees them: which can be used, and what becomes of those that fail. */
export interface Pool {
  readonly hosts: readonly ConversionHost[];
  room(place: HostPlace): number;
  /** A host is out and its time is over: what is tried there first is little. */
  isOnTrial(host: ConversionHost): boolean;
  /** The host works. */
  works(host: ConversionHost): void;
  /** The host has failed. @throws the fault, where there is no other host, or it has happened too often */
  fails(host: ConversionHost, fault: HostFault): void;
  /** @throws when no host can be used and none will be soon */
  expectUsable(): void;
}

/** @param what the disk or VM, for people */
export function openPool(
  hosts: readonly ConversionHost[],
  out: HostsOut,
  { clock, log }: { clock: Clock; log: Log },
  what: string,
): Pool {
  let usableMs = clock.now();
  let faults = 0;
  const single = hosts.length === 1;
  const outOf = (id: string) => (single ? null : out.of(id));
  const numbered = ({ number }: ConversionHost): string =>
    `conversion host ${number} of ${hosts.length} in runners.yaml`;
  return {
    hosts,
    room: ({ id, count }) => roomOf(outOf(id), count, clock.now()),
    isOnTrial: ({ id }) => outOf(id) !== null,
    works: (host) => {
      if (outOf(host.id) === null) return;
      out.bringBack(host.id);
      log(`${numbered(host)} answers again: it is used again`);
    },
    fails: (host, fault) => {
      if (single) throw fault;
      usableMs = clock.now();
      const now = out.takeOut(host.id, fault);
      if (now !== null)
        log(
          `${numbered(host)} has failed and is left out for ${Math.round((now.untilMs - clock.now()) / 1000)} s ` +
            "(`wavelift doctor` tells why)",
        );
      if (++faults >= MOST_FAULTS)
        throw failed(`${what}: ${faults} times a conversion host has failed under it; the last time: ${fault.message}`);
      log(`${what}: goes on on another conversion host`);
    },
    expectUsable: () => {
      const found = hosts.map((host) => ({ host, out: outOf(host.id) }));
      if (found.some((one) => one.out === null)) usableMs = clock.now();
      const isHopeless = found.every((one) => one.out?.needsPerson === true && clock.now() < one.out.untilMs);
      if (!isHopeless && clock.now() - usableMs < PATIENCE_MS) return;
      const reasons = found.map((one) => `  ${one.host.name}: ${one.out?.reason ?? "is in again"}`);
      throw failed(`${what}: none of the ${hosts.length} conversion hosts can be used:\n${reasons.join("\n")}`);
    },
  };
}
