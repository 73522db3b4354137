import type { CinderVolume } from "../../cloud/cinder.ts";
import type { GlanceImage, ImageLooks, NewImage } from "../../cloud/glance.ts";
import type { ImageUser } from "../../cloud/image-users.ts";
import type { ComputeHost, NovaServer } from "../../cloud/nova.ts";
import { badInput } from "../failure.ts";
import type { ReadWorld } from "../copy/open-reader.ts";
import type { DiskIdentity } from "../ledger/ledger.ts";
import { openLedger, type LedgerStore } from "../ledger/store.ts";
import { openRbd, type PoolAccess, type Rbd } from "../rbd/rbd.ts";
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
  /** Compute hosts that are in use; null where Nova does not tell this user. */
  computeHosts(): Promise<readonly ComputeHost[] | null>;
}

/** What the verbs ask of Glance; the functions of cloud/glance.ts and cloud/image-users.ts with their client bound. */
export interface Glance {
  /** Project of the credentials: whose images are looked at. */
  projectId(): Promise<string>;
  /** Images of the project that have these properties and carry this program's tag. */
  list(properties: Readonly<Record<string, string>>): Promise<GlanceImage[]>;
  get(id: string): Promise<GlanceImage | null>;
  /** Null when there is, or once was, an image of this id. */
  create(image: NewImage): Promise<GlanceImage | null>;
  update(before: GlanceImage, looks: ImageLooks, dropped: readonly string[]): Promise<void>;
  addLocation(id: string, url: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Volumes and servers that were made from an image. */
  users(id: string): Promise<ImageUser[]>;
}

/** Everything outside that a verb works with. */
export interface World extends ReadWorld {
  readonly cinder: Cinder;
  readonly nova: Nova;
  readonly glance: Glance;
  readonly patience: Patience;
  /** A slot is held: copying may begin. */
  readonly mayCopy: boolean;
}

/** What a verb ends with: its report, or that it must be run again once a slot is free. */
export type Outcome = { readonly kind: "report"; readonly report: Report } | { readonly kind: "needsSlot" };

/** How the pool of a target is reached. @throws when runners.yaml does not know the target. */
export function poolAccess({ storage }: Pick<Settings, "storage">, target: string): PoolAccess {
  const access = Object.hasOwn(storage, target) ? storage[target] : undefined;
  if (access === undefined)
    throw badInput(
      `runners.yaml: no storage for the target "${target}". Add it under \`storage\`: pool, user and conf of its Ceph.`,
    );
  return access;
}

/** The pool of a target. @throws when runners.yaml does not know the target. */
export const poolOf = (world: World, target: string): Rbd =>
  openRbd(world.commands, poolAccess(world.settings, target));

/** Glance's pool of a target. @throws when runners.yaml does not name it */
export function imagePoolOf(world: World, target: string): Rbd {
  const access = Object.hasOwn(world.settings.storage, target) ? world.settings.storage[target]?.images : undefined;
  if (access === undefined)
    throw badInput(
      `runners.yaml: no pool of images for the target "${target}". Add \`images: {pool: images, user: glance, ` +
        "conf: /etc/ceph/ceph.conf}` to it under `storage`: the pool, and the cephx user, of its Glance.",
    );
  return openRbd(world.commands, access);
}

/** A disk of a job with its image and ledger. */
export interface DiskHandle {
  readonly disk: string;
  readonly volumeId: string;
  readonly identity: DiskIdentity;
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
    const identity = { volumeId, disk, stack, generation };
    return { disk, volumeId, identity, rbd, store: openLedger(rbd, identity) };
  });
}
