import type { HeldPort, HeldServer, HeldVolume, Holdings } from "./holdings.ts";
import type { ImageFacts } from "./image-facts.ts";
import { vmOf, type Leftover, type LeftoverKind } from "./leftover.ts";
import { doubtfulVms, untouchableVms } from "./leftover-vm.ts";
import { emptyVolume } from "./leftover-volume.ts";

/** What becomes of a leftover and why. */
export interface Judged {
  readonly leftover: Leftover;
  readonly remove: boolean;
  readonly reason: string;
}

/** What the stack's state says: pulumi's memory. */
export interface KnownToState {
  readonly ids: ReadonlySet<string>;
  /** Keys of the VMs that it has anything of: pulumi writes a VM down before the first thing that it makes of it. */
  readonly vms: ReadonlySet<string>;
  /** Names of the servers whose creation was interrupted: pulumi writes that down before it asks Nova. */
  readonly interruptedServers: ReadonlySet<string>;
}

/**
 * All things that carry the whole mark of this very stack, belong to the target's own project, and are not in the state.
 * The stack's name is compared whole: wavelift/wave1 is not wavelift/wave10.
 */
export function leftoversOf(stack: string, holdings: readonly Holdings[], known: ReadonlySet<string>): Leftover[] {
  const found = ownOf(stack, holdings).filter(({ id }) => !known.has(id));
  return [...new Map(found.map((leftover) => [leftover.id, leftover])).values()];
}

/** All things that carry this stack's mark, in the state or not; a project of two targets shows them once. */
export function ownOf(stack: string, holdings: readonly Holdings[]): Leftover[] {
  const own = holdings.flatMap((held) => {
    const { target, projectId } = held;
    const of = (kind: LeftoverKind, things: readonly (HeldVolume | HeldServer | HeldPort)[]): Leftover[] =>
      things.flatMap(({ id, name, mark, ...thing }) =>
        mark?.stack === stack && thing.projectId === projectId
          ? [{ kind, target, id, name, mark, status: "status" in thing ? thing.status : "" }]
          : [],
      );
    return [...of("server", held.servers), ...of("port", held.ports), ...of("volume", held.volumes)];
  });
  return [...new Map(own.map((thing) => [thing.id, thing])).values()];
}

/** By target: the volumes whose images must be looked at before these leftovers can be judged. */
export function volumesToAsk(stack: string, holdings: readonly Holdings[], leftovers: readonly Leftover[]) {
  const vms = new Set(leftovers.map(vmOf));
  const servers = new Set(leftovers.map(({ id }) => id));
  return new Map(
    holdings.map((held) => {
      const ofVms = held.volumes.filter(({ mark }) => mark?.stack === stack && vms.has(vmOf({ kind: "volume", mark })));
      const attached = held.servers.filter(({ id }) => servers.has(id)).flatMap(({ volumeIds }) => volumeIds);
      return [held.target, [...new Set([...ofVms.map(({ id }) => id), ...attached])].sort()] as const;
    }),
  );
}

/**
 * Which leftovers may go, servers first. The rule: what goes can be made again without loss. An accepted VM keeps all;
 * so does one whose disks cannot be read, and one that the state does not explain; a volume goes only when nothing was ever written to it; a server only when
 * the state or this removal accounts for all its disks and says that its creation was interrupted.
 */
export function judgeLeftovers(
  stack: string,
  holdings: readonly Holdings[],
  state: KnownToState,
  images: ReadonlyMap<string, ImageFacts>,
): Judged[] {
  const leftovers = leftoversOf(stack, holdings, state.ids);
  const volumes = new Map(holdings.flatMap((held) => held.volumes).map((volume) => [volume.id, volume]));
  const servers = new Map(holdings.flatMap((held) => held.servers).map((server) => [server.id, server]));
  const ports = new Map(holdings.flatMap((held) => held.ports).map((port) => [port.id, port]));
  const untouchable = untouchableVms(stack, holdings, images);
  const of = (kind: LeftoverKind): Leftover[] => leftovers.filter((leftover) => leftover.kind === kind);

  const keptVolumes = new Map(
    of("volume").map((leftover) => {
      const volume = volumes.get(leftover.id);
      const why = volume === undefined ? "it is not there" : emptyVolume(volume, images.get(leftover.id));
      return [leftover.id, untouchable(leftover) ?? why];
    }),
  );
  const doubt = doubtfulVms(leftovers, keptVolumes, state.vms);
  // A disk in the state counts only when its image was read: it must not be an accepted VM's.
  const accounted = (id: string): boolean => {
    const facts = images.get(id);
    const inState = state.ids.has(id) && facts?.fault === null && facts.image?.ledger !== "accepted";
    return inState || keptVolumes.get(id) === null;
  };
  const keptServers = new Map(
    of("server").map((leftover) => {
      const strange = servers.get(leftover.id)?.volumeIds.filter((id) => !accounted(id)) ?? [];
      return [leftover.id, untouchable(leftover) ?? serverReason(leftover, strange, state) ?? doubt(leftover)];
    }),
  );
  const stays = (deviceId: string): boolean => deviceId !== "" && keptServers.get(deviceId) !== null;

  const reasonToKeep = (leftover: Leftover): string | null => {
    switch (leftover.kind) {
      case "server":
        return keptServers.get(leftover.id) ?? null;
      case "port": {
        const device = ports.get(leftover.id)?.deviceId ?? "";
        const holder = stays(device) ? `it belongs to ${device}, which stays` : null;
        return untouchable(leftover) ?? holder ?? doubt(leftover);
      }
      case "volume": {
        const attached = volumes.get(leftover.id)?.attachedServerIds.find(stays);
        const holder = attached === undefined ? null : `it is attached to ${attached}, which stays`;
        return keptVolumes.get(leftover.id) ?? holder ?? doubt(leftover);
      }
    }
  };
  return [...of("server"), ...of("port"), ...of("volume")].map((leftover) => {
    const reason = reasonToKeep(leftover);
    return { leftover, remove: reason === null, reason: reason ?? removalReasons[leftover.kind] };
  });
}

const removalReasons: Readonly<Record<LeftoverKind, string>> = {
  server: "made by a run that was killed, not in the state; its disks stay",
  port: "made by a run that was killed, not in the state",
  volume: "made by a run that was killed, not in the state, never written",
};

function serverReason({ mark }: Leftover, strange: readonly string[], state: KnownToState): string | null {
  if (strange.length > 0) return `the state does not know the volume(s) it runs from: ${strange.join(", ")}`;
  // Taken out of the state by hand, or a state from a backup: then it may be in use.
  return state.interruptedServers.has(mark.key) ? null : "the state tells of no interrupted creation of this server";
}
