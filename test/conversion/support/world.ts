import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CinderVolume } from "../../../cloud/cinder.ts";
import { systemClock } from "../../../conversion/effects.ts";
import type { WorkOf } from "../../../conversion/input.ts";
import type { DiskSource, ImportJob } from "../../../conversion/job.ts";
import { unlimitedRate } from "../../../conversion/limits/bandwidth.ts";
import { Settings } from "../../../conversion/settings.ts";
import { holdSessions } from "../../../conversion/source/vsphere-sessions.ts";
import { importDisk } from "../../../conversion/verbs/import.ts";
import type { Cinder, Glance, Outcome, World } from "../../../conversion/verbs/world.ts";
import { markMetadata } from "../../../planning/mark.ts";
import { access, commands } from "./tools.ts";

/** One folder for the sockets of all tests of this process. */
const sockets = mkdtempSync(join(tmpdir(), "wavelift-run-"));
process.on("exit", () => {
  rmSync(sockets, { recursive: true, force: true });
});

export const STACK = "wavelift/test";

export function importJob(source: DiskSource, change: Partial<ImportJob> = {}): ImportJob {
  const common = { version: 1 as const, stack: STACK, vm: "vm1", generation: 1, target: "lab", cloud: "lab" };
  return { ...common, disk: "vm1-disk-2000", source, sizeGiB: 1, sliceMiB: 16, ...change };
}

/** A volume as Cinder shows it right after Pulumi made it for `job`. */
export function freshVolume(job: ImportJob, id: string, change: Partial<CinderVolume> = {}): CinderVolume {
  const metadata = markMetadata({ stack: job.stack, key: job.disk, generation: job.generation });
  const state = { status: "available", bootable: false, imageProperties: {}, attachedServerIds: [] };
  return { id, name: job.disk, sizeGiB: job.sizeGiB, volumeType: "ceph", metadata, ...state, ...change };
}

/** A Cinder that keeps its volumes in memory. */
export function fakeCinder(volumes: readonly CinderVolume[]): Cinder & { volumes: Map<string, CinderVolume> } {
  const byId = new Map(volumes.map((volume) => [volume.id, volume]));
  const change = (id: string, changes: Partial<CinderVolume>): Promise<void> => {
    const volume = byId.get(id);
    if (volume === undefined) return Promise.reject(new Error(`404 ${id}`));
    byId.set(id, { ...volume, ...changes });
    return Promise.resolve();
  };
  return {
    volumes: byId,
    getVolume: (id) => Promise.resolve(byId.get(id) ?? null),
    setBootable: (id) => change(id, { bootable: true }),
    setImageProperties: (id, imageProperties) => change(id, { imageProperties }),
  };
}

const none = (): Promise<never> => Promise.reject(new Error("this test has no Glance"));
const noGlance: Glance = {
  ...{ projectId: none, list: none, get: none, create: none, update: none },
  ...{ addLocation: none, remove: none, users: none },
};

/** A world of real tools and the lab's Ceph; Cinder and Nova as given. `lines` gets what is logged. */
export function makeWorld(datastore: string, change: Partial<World> = {}): World & { lines: string[] } {
  const lines: string[] = [];
  const settings = Settings.parse({
    version: 1,
    datastores: { ds: datastore },
    storage: { lab: { ...access, images: {} } },
    threads: 4,
  });
  return {
    commands,
    clock: systemClock,
    settings,
    logins: {},
    vsphere: holdSessions(change.logins ?? {}).session,
    cinder: fakeCinder([]),
    nova: {
      getServer: () => Promise.resolve(null),
      consoleOutput: () => Promise.resolve(""),
      computeHosts: () => Promise.resolve(null),
    },
    glance: noGlance,
    folder: mkdtempSync(join(sockets, "work-")),
    patience: { ownSeconds: 3, foreignSeconds: 3 },
    mayCopy: true,
    rate: unlimitedRate,
    signal: new AbortController().signal,
    ...change,
    lines,
    log: (line) => lines.push(line),
  };
}

export interface ImportRun {
  readonly datastore: string;
  readonly source: DiskSource;
  readonly volumeId: string;
  readonly job?: Partial<ImportJob>;
  readonly volume?: Partial<CinderVolume>;
  readonly world?: Partial<World>;
}

/** Runs `import` in this process on a fresh Cinder volume of the image. */
export async function runImport(run: ImportRun): Promise<{ outcome: Outcome; lines: string[] }> {
  const job = importJob(run.source, run.job);
  const cinder = fakeCinder([freshVolume(job, run.volumeId, run.volume)]);
  const world = makeWorld(run.datastore, { cinder, ...run.world });
  const work: WorkOf<"import"> = { verb: "import", job, volumeId: run.volumeId };
  const outcome = await importDisk(world, work);
  return { outcome, lines: world.lines };
}

/** Result of an import's report; fails on anything else. */
export const resultOf = (outcome: Outcome): string =>
  outcome.kind === "report" ? outcome.report.result : outcome.kind;

/** Details of an import's report. */
export const detailsOf = (outcome: Outcome): Record<string, unknown> =>
  outcome.kind === "report" ? (outcome.report.details ?? {}) : {};
