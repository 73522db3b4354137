import type { CinderVolume } from "../../cloud/cinder.ts";
import type { NovaServer } from "../../cloud/nova.ts";
import type { Clock, Commands, Log } from "../effects.ts";
import { badInput } from "../failure.ts";
import { openLedger, type LedgerStore } from "../ledger/store.ts";
import { openRbd, type Rbd } from "../rbd/rbd.ts";
import type { Patience } from "../rbd/takeover.ts";
import type { Report } from "../report.ts";
import type { Settings } from "../settings.ts";

/** What the verbs ask of Cinder; the functions of cloud/cinder.ts with their client bound. */
export interface Cinder {
  getVolume(id: string): Promise<CinderVolume | null>;
  setBootable(id: string): Promise<void>;
  /** Exactly these image properties; others are removed. */
  setImageProperties(id: string, properties: Readonly<Record<string, string>>): Promise<void>;
}

/** What the verbs ask of Nova. */
export interface Nova {
  getServer(id: string): Promise<NovaServer | null>;
  consoleOutput(id: string, lines: number): Promise<string>;
}

/** Everything outside that a verb works with. */
export interface World {
  readonly commands: Commands;
  readonly clock: Clock;
  /** A line of progress for people. */
  readonly log: Log;
  readonly settings: Settings;
  readonly cinder: Cinder;
  readonly nova: Nova;
  /** Private folder for sockets; it goes when the program ends. */
  readonly folder: string;
  readonly patience: Patience;
  /** A slot is held: copying may begin. */
  readonly mayCopy: boolean;
}

/** What a verb ends with: its report, or that it must be run again once a slot is free. */
export type Outcome = { readonly kind: "report"; readonly report: Report } | { readonly kind: "needsSlot" };

/** The pool of a target. @throws when runners.yaml does not know the target. */
export function poolOf(world: World, target: string): Rbd {
  const access = Object.hasOwn(world.settings.storage, target) ? world.settings.storage[target] : undefined;
  if (access === undefined)
    throw badInput(
      `runners.yaml: no storage for the target "${target}". Add it under \`storage\`: pool, user and conf of its Ceph.`,
    );
  return openRbd(world.commands, access);
}

/** A disk of a job with its image and ledger. */
export interface DiskHandle {
  readonly disk: string;
  readonly volumeId: string;
  readonly rbd: Rbd;
  readonly store: LedgerStore;
}

/** The disks of a job of a whole VM, in the job's order. */
export function disksOf(
  world: World,
  job: { target: string; stack: string; generation: number; disks: readonly string[] },
  volumeIds: Readonly<Record<string, string>>,
): DiskHandle[] {
  const rbd = poolOf(world, job.target);
  return job.disks.map((disk) => {
    const volumeId = volumeIds[disk];
    if (volumeId === undefined) throw badInput(`no volume id for ${disk}`);
    const { stack, generation } = job;
    return { disk, volumeId, rbd, store: openLedger(rbd, { volumeId, disk, stack, generation }) };
  });
}
