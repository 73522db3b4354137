import type { PlannedVm } from "../inventory/schema/wave.ts";
import { differencesOf, type Difference } from "./drift.ts";
import { withSaidTransport } from "./disk-place.ts";
import { heldVm } from "./held-vm.ts";
import { chooseNetwork } from "./network.ts";
import type { Decisions } from "./overrides.ts";
import { pinnedVm, withoutSilence } from "./pinned-vm.ts";
import type { PlanInput } from "./plan-wave.ts";
import type { KnownSubject } from "./subject.ts";
import { chooseVolumeType } from "./volume-type.ts";

/** A VM that has begun, before it is planned again. */
export interface BegunVm {
  /** Its entry in the wave file. */
  readonly previous: PlannedVm;
  /** What the plan says of it, with a target that may not be the one it is on. */
  readonly asked: Decisions;
  /** A server with its mark is there. */
  readonly hasServer: boolean;
  /** The operator names it: `wavelift plan WAVE --vm KEY`. */
  readonly again: boolean;
}

/** What plan and facts would have otherwise, and how it can be had. */
export interface Edits {
  /** Never applied to a VM that has begun: its volumes and ports would be other ones. */
  readonly refused: readonly Difference[];
  /** Applied when the plan names it, or when the VM is planned again by name. */
  readonly held: readonly Difference[];
  /** From the entry as it was to the entry as it is now. */
  readonly changes: readonly Difference[];
  /** Device keys of disks that came to the source since: they are not migrated. */
  readonly addedDisks: readonly number[];
  /** Device keys of disks that the source has no more. */
  readonly removedDisks: readonly number[];
  /** Device keys of NICs that came to the source since, and of those that it has no more. */
  readonly addedNics: readonly number[];
  readonly removedNics: readonly number[];
  readonly hasServer: boolean;
}

/**
 * The entry of a VM that has begun. After a migration the source is off and tells no addresses, a smaller flavor may
 * have come, somebody may have renamed it: none of that may reach a running server by itself. What was decided from facts
 * stays, decision by decision, until the operator says otherwise; what holds data stays in any case. Before cutover
 * there is no server: in `precopy` all but what holds data is planned anew.
 *
 * @param fresh the entry as it would be planned now; null where something can no longer be decided
 */
export function keepBegun(
  subject: KnownSubject,
  fresh: PlannedVm | null,
  input: Pick<PlanInput, "plan" | "wave">,
  begun: BegunVm,
): { readonly vm: PlannedVm; readonly edits: Edits } {
  const { previous, hasServer, again } = begun;
  const replanned = fresh === null ? null : withSaidTransport(pinnedVm(previous, fresh, hasServer), subject);
  const vm = withSaidTransport(entry(subject, replanned, input, begun), subject);
  const [had, has] = [keysOf(previous.disks), keysOf(subject.facts.disks)];
  const [ports, cards] = [keysOf([...previous.nics, ...previous.ignoredNics]), keysOf(subject.facts.nics)];
  return {
    vm,
    edits: {
      refused: [...otherPlaces(subject, previous, input), ...refused(fresh, replanned, begun, had, has)],
      held: replanned === null || again ? [] : differencesOf(vm, replanned),
      changes: differencesOf(previous, vm),
      addedDisks: has.filter((key) => !had.includes(key)),
      removedDisks: had.filter((key) => !has.includes(key)),
      addedNics: cards.filter((key) => !ports.includes(key)),
      removedNics: ports.filter((key) => !cards.includes(key)),
      hasServer,
    },
  };
}

function entry(
  subject: KnownSubject,
  replanned: PlannedVm | null,
  input: Pick<PlanInput, "plan" | "wave">,
  { previous, hasServer, again }: BegunVm,
): PlannedVm {
  if (replanned !== null && again) return replanned;
  const copying = previous.phase === "precopy" || subject.decisions.phase === "precopy";
  if (replanned !== null && copying && !hasServer) return withoutSilence(replanned, subject, previous);
  return heldVm(previous, subject, input, hasServer);
}

/** Networks and volume types that the plan now asks for: the VM itself is planned where its ports and volumes are. */
function otherPlaces(
  { facts, decisions, offer, asked: { target } }: KnownSubject,
  previous: PlannedVm,
  { plan }: Pick<PlanInput, "plan">,
): Difference[] {
  // What the maps of another target say means nothing on this one.
  if (target !== previous.target) return [];
  const differs = (what: string, before: string, after: string, note: string): Difference[] =>
    before === after ? [] : [{ vm: previous.key, what, before, after, note, forceNew: true }];
  const named = (network: { readonly id: string; readonly name: string }): string => `${network.name} ${network.id}`;
  return [
    ...facts.disks.flatMap((disk) => {
      const was = previous.disks.find(({ deviceKey }) => deviceKey === disk.deviceKey);
      const type = chooseVolumeType(disk, plan, decisions, offer);
      if (was === undefined || !type.ok) return [];
      return differs(`disk ${disk.deviceKey} volume type`, was.volumeType, type.value, type.reason);
    }),
    ...facts.nics.flatMap((nic) => {
      const was = previous.nics.find(({ deviceKey }) => deviceKey === nic.deviceKey);
      const place = chooseNetwork(nic, plan, decisions, offer);
      if (!place.ok || (was === undefined && !previous.ignoredNics.some((one) => one.deviceKey === nic.deviceKey)))
        return [];
      const before = was === undefined ? "ignored" : named({ id: was.networkId, name: was.networkName });
      const after = place.value === "ignore" ? "ignored" : named(place.value.network);
      return differs(`nic ${nic.deviceKey} network`, before, after, place.reason);
    }),
  ];
}

/** Whole disks and NICs that came or went are told by themselves, not decision by decision. */
function refused(
  fresh: PlannedVm | null,
  replanned: PlannedVm | null,
  { previous, asked: { target, generation } }: BegunVm,
  had: readonly number[],
  has: readonly number[],
): Difference[] {
  if (fresh === null || replanned === null) return differencesOf(previous, { ...previous, target, generation });
  const sameDisks = had.length === has.length && had.every((key) => has.includes(key));
  const nics = replanned.nics.filter(({ deviceKey }) => fresh.nics.some((nic) => nic.deviceKey === deviceKey));
  const { ignoredNics } = replanned;
  return differencesOf({ ...replanned, nics }, { ...fresh, target, ignoredNics }).filter(({ what }) => {
    const disk = /^disk (\d+) (.*)$/.exec(what);
    if (disk === null || sameDisks) return true;
    const key = Number(disk[1]);
    return had.includes(key) && has.includes(key) && disk[2] !== "position";
  });
}

function keysOf(disks: readonly { readonly deviceKey: number }[]): number[] {
  return disks.map(({ deviceKey }) => deviceKey);
}
