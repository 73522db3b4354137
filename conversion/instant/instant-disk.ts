import { hostname } from "node:os";
import type { ImportJob } from "../job.ts";
import type { DiskIdentity } from "../ledger/ledger.ts";
import { imageName, openLedger, type LedgerStore } from "../ledger/store.ts";
import { openRbd, type PoolAccess, type Rbd } from "../rbd/rbd.ts";
import { poolAccess, type World } from "../verbs/world.ts";
import { openMigrations, type Migrations } from "./migration.ts";
import { asideName, INSTANT_KEY, readRecord, type InstantRecord } from "./record.ts";

/** Name of the snapshot that is taken before anybody writes: what the copy is compared with the source by. */
export const SNAPSHOT = "wavelift-instant";

/** A disk of an instant import with all that its steps work with. */
export interface InstantDisk {
  readonly world: World;
  readonly disk: string;
  readonly volumeId: string;
  readonly identity: DiskIdentity;
  readonly access: PoolAccess;
  readonly rbd: Rbd;
  readonly migrations: Migrations;
  readonly store: LedgerStore;
  /** The volume's image. It can be opened while its gateway serves, or when it stands alone. */
  readonly image: string;
  /** Cinder's empty image while the other one has its name. */
  readonly aside: string;
  /** The record that stands aside; null: this disk is not being imported so, or no more. */
  record(): Promise<InstantRecord | null>;
  writeRecord(image: string, record: InstantRecord): Promise<void>;
}

export function instantDisk(
  world: World,
  job: Pick<ImportJob, "target" | "disk" | "stack" | "generation">,
  volumeId: string,
): InstantDisk {
  const { disk, stack, generation } = job;
  const access = poolAccess(world.settings, job.target);
  const rbd = openRbd(world.commands, access);
  const identity = { volumeId, disk, stack, generation };
  const aside = asideName(volumeId);
  return {
    ...{ world, disk, volumeId, identity, access, rbd, aside },
    migrations: openMigrations(world.commands, access),
    store: openLedger(rbd, identity),
    image: imageName(volumeId),
    record: () => readRecord(rbd, aside, identity),
    writeRecord: (image, record) => rbd.setMeta(image, INSTANT_KEY, JSON.stringify(record)),
  };
}

/** Name of this conversion host, for messages. */
export const thisHost = (): string => hostname();
