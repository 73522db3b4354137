import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isServing, stopGateway } from "../../../conversion/gateway/start.ts";
import { placeOf } from "../../../conversion/gateway/url.ts";
import { systemClock } from "../../../conversion/effects.ts";
import type { ImportJob } from "../../../conversion/job.ts";
import { openMigrations } from "../../../conversion/instant/migration.ts";
import { asideName, InstantRecord, INSTANT_KEY } from "../../../conversion/instant/record.ts";
import { makeDatastore, makeRaw, sourceOf } from "./disks.ts";
import { makeImage, removeImages } from "./images.ts";
import { startStage, type Stage, type StageOptions } from "./launch.ts";
import { startOpenStack, type FakeOpenStack } from "./openstack.ts";
import { access, commands, needLab, rbd } from "./tools.ts";
import { freshVolume, importJob } from "./world.ts";

export const migrations = openMigrations(commands, access);

/** A disk and what its instant import needs. */
export interface InstantBench {
  readonly folder: string;
  readonly datastore: string;
  readonly openstack: FakeOpenStack;
  /** The disk as a raw file. */
  readonly raw: string;
  /** A new volume for the disk. */
  disk(change?: Partial<ImportJob>): BenchDisk;
  close(): Promise<void>;
}

export interface BenchDisk {
  readonly job: ImportJob;
  readonly volumeId: string;
  readonly image: string;
  readonly aside: string;
  /** Runs a verb of its stages; `settings` of runners.yaml go on top. */
  run(verb: "import" | "sync" | "commit" | "restore", options?: Partial<StageOptions>): Stage;
  record(): Promise<InstantRecord | null>;
  state(): Promise<string | null>;
  serves(): Promise<boolean>;
  /** Ends its gateway as its death would. */
  killGateway(): Promise<void>;
}

/** Slow enough that a copy of the disk (69 MiB, padded to 1 GiB) does not end before a test has looked at it. */
export const SLOW = { mibPerSecond: 8 };

export async function makeInstantBench(): Promise<InstantBench> {
  await needLab();
  const store = makeDatastore();
  const folder = mkdtempSync(join(tmpdir(), "wavelift-instant-"));
  const openstack = await startOpenStack();
  const raw = makeRaw(join(store.folder, "disk.raw"));
  const disks: BenchDisk[] = [];
  process.env["WAVELIFT_RUN_DIR"] = join(folder, "run");
  return {
    ...{ folder, datastore: store.folder, openstack, raw },
    disk(change = {}) {
      const { volumeId, image } = makeImage();
      const job = importJob(sourceOf("disk.raw", "raw"), { instant: true, ...change });
      openstack.add(freshVolume(job, volumeId));
      const disk = benchDisk(folder, store.folder, openstack.cloudsYaml, job, volumeId, image);
      disks.push(disk);
      return disk;
    },
    close: async () => {
      for (const disk of disks) await removeDisk(disk);
      await removeImages();
      await openstack.close();
      store.remove();
      rmSync(folder, { recursive: true, force: true });
      delete process.env["WAVELIFT_RUN_DIR"];
    },
  };
}

function benchDisk(
  folder: string,
  datastore: string,
  cloudsYaml: string,
  job: ImportJob,
  volumeId: string,
  image: string,
): BenchDisk {
  return {
    ...{ job, volumeId, image, aside: asideName(volumeId) },
    run: (verb, options = {}) => {
      const { settings, env, ...more } = options;
      const gateway = { address: "127.0.0.1", ports: "46700-46799", computeHosts: ["127.0.0.1"] };
      const { vm, stack, generation, target, cloud, source, disk } = job;
      const restore = { version: 1, vm, stack, generation, target, cloud, instant: true, disks: [{ disk, source }] };
      const ids = { WAVELIFT_VOLUME_ID: volumeId, WAVELIFT_VOLUME_IDS: JSON.stringify({ [disk]: volumeId }) };
      return startStage(verb, verb === "restore" ? restore : job, {
        ...{ folder, datastore, cloudsYaml, env: { ...ids, ...env } },
        settings: { gateway, ...settings },
        ...more,
      });
    },
    record: () => recordOn(asideName(volumeId)),
    state: async () => (await migrations.status(image))?.state ?? null,
    serves: async () => {
      const { url, fingerprint } = (await recordOn(asideName(volumeId))) ?? { url: null, fingerprint: "" };
      const at = url === null ? null : placeOf(url);
      return at !== null && (await isServing(at, fingerprint));
    },
    killGateway: async () => {
      await stopGateway(systemClock, volumeId);
    },
  };
}

/** Takes away what a test has left of a disk, also in the middle of it. */
async function removeDisk({ volumeId, image, aside }: BenchDisk): Promise<void> {
  await stopGateway(systemClock, volumeId);
  for (const address of await rbd.watchers(image).catch(() => [])) await rbd.blocklist(address, 60);
  if ((await migrations.abort(image)) !== "busy" && (await rbd.info(aside)) !== null) await migrations.remove(aside);
}

async function recordOn(image: string): Promise<InstantRecord | null> {
  const text = (await rbd.info(image)) === null ? undefined : (await rbd.metadata(image)).get(INSTANT_KEY);
  return text === undefined ? null : InstantRecord.parse(JSON.parse(text));
}
