import type { Mark } from "../cloud/offer.ts";
import { vmOfDisk } from "./begun.ts";
import type { HeldPort, HeldServer, HeldVolume, Holdings } from "./holdings.ts";
import type { ImageFacts } from "./image-facts.ts";
import { emptyVolume } from "./leftover-volume.ts";

export type LeftoverKind = "server" | "port" | "volume";

/** Something of this stack that its state does not know. */
export interface Leftover {
  readonly kind: LeftoverKind;
  readonly target: string;
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly mark: Mark;
}

/** What becomes of a leftover and why. */
export interface Judged {
  readonly leftover: Leftover;
  readonly remove: boolean;
  readonly reason: string;
}

/** What the stack's state says: pulumi's memory. */
export interface KnownToState {
  readonly ids: ReadonlySet<string>;
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

/** Key of the VM that a leftover belongs to; null for a volume whose mark names no disk. */
export const vmOf = ({ kind, mark }: Pick<Leftover, "kind" | "mark">): string | null =>
  kind === "volume" ? vmOfDisk(mark.key) : mark.key;

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
 * so does one whose disks cannot be read; a volume goes only when nothing was ever written to it; a server only when
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
  // A disk in the state counts only when its image was read: it must not be an accepted VM's.
  const accounted = (id: string): boolean => {
    const facts = images.get(id);
    const inState = state.ids.has(id) && facts?.fault === null && facts.image?.ledger !== "accepted";
    return inState || keptVolumes.get(id) === null;
  };
  const keptServers = new Map(
    of("server").map((leftover) => {
      const strange = servers.get(leftover.id)?.volumeIds.filter((id) => !accounted(id)) ?? [];
      return [leftover.id, untouchable(leftover) ?? serverReason(leftover, strange, state)];
    }),
  );
  const stays = (deviceId: string): boolean => deviceId !== "" && keptServers.get(deviceId) !== null;

  const reasonToKeep = (leftover: Leftover): string | null => {
    switch (leftover.kind) {
      case "server":
        return keptServers.get(leftover.id) ?? null;
      case "port": {
        const device = ports.get(leftover.id)?.deviceId ?? "";
        return untouchable(leftover) ?? (stays(device) ? `it belongs to ${device}, which stays` : null);
      }
      case "volume": {
        const attached = volumes.get(leftover.id)?.attachedServerIds.find(stays);
        const reason = keptVolumes.get(leftover.id) ?? null;
        return reason ?? (attached === undefined ? null : `it is attached to ${attached}, which stays`);
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

/** Why nothing of a leftover's VM may be touched, null when it may. */
function untouchableVms(
  stack: string,
  holdings: readonly Holdings[],
  images: ReadonlyMap<string, ImageFacts>,
): (leftover: Leftover) => string | null {
  const reasons = new Map<string, string>();
  for (const held of holdings)
    for (const { id, status, mark } of held.volumes) {
      const vm = mark?.stack === stack ? vmOfDisk(mark.key) : null;
      const facts = images.get(id);
      if (vm === null || facts === undefined) continue;
      if (facts.image?.ledger === "accepted") reasons.set(vm, `${vm} was accepted`);
      else if (facts.fault !== null && !reasons.has(vm))
        reasons.set(vm, `the disks of ${vm} cannot be read: ${facts.fault}`);
      else if (facts.image === null && ["available", "in-use"].includes(status) && !reasons.has(vm))
        reasons.set(vm, `there is no RBD image of volume ${id}: does \`storage\` in runners.yaml name the right pool?`);
    }
  return (leftover) => {
    const vm = vmOf(leftover);
    return vm === null ? "its mark names no disk" : (reasons.get(vm) ?? null);
  };
}
