import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRanges } from "../../../conversion/ledger/ranges.ts";
import { makeAs, makeDatastore, makeFull, sourceOf } from "./disks.ts";
import { holds, ledgerOf, makeImage, removeImages } from "./images.ts";
import { processesWith, startStage, until, type Stage, type StageOptions } from "./launch.ts";
import { startOpenStack, type FakeOpenStack } from "./openstack.ts";
import { needLab } from "./tools.ts";
import { freshVolume, importJob } from "./world.ts";

/** Small slices: many of them, so that a run can be met in the middle. */
const SLICE_MIB = 8;
const SLICES = 9;

/** So slow that the middle is not missed. */
export const SLOW = { bandwidth: { mibPerSecond: 8 } } as const;

/** An import that is in the middle of it. */
export interface Begun {
  readonly image: string;
  readonly stage: Stage;
  /** Runs it once more, with other settings where they are given. */
  readonly again: (change?: Partial<StageOptions>) => Stage;
}

/** A disk to import, with all that an import needs, for tests that cut it short. */
export interface Bench {
  readonly folder: string;
  readonly datastore: string;
  readonly openstack: FakeOpenStack;
  /** Starts an import of the disk into a new image and waits until some slices are finished. */
  readonly begin: (options?: Partial<StageOptions>) => Promise<Begun>;
  /** Starts an import of the disk into a new image. */
  readonly start: (options?: Partial<StageOptions>) => Begun;
  /** The next run does what is left and nothing else, and the image is the disk. */
  goesOn(begun: Begun): Promise<void>;
  /** Waits until no process has the image any more. */
  noWriter(image: string): Promise<void>;
  holdsDisk(image: string): Promise<boolean>;
  close(): Promise<void>;
}

export async function makeBench(): Promise<Bench> {
  await needLab();
  const store = makeDatastore();
  const datastore = store.folder;
  const folder = mkdtempSync(join(tmpdir(), "wavelift-begun-"));
  const openstack = await startOpenStack();
  const raw = makeFull(join(datastore, "disk.raw"));
  makeAs(raw, "vmdk", join(datastore, "disk.vmdk"), "subformat=streamOptimized");
  const start = (options: Partial<StageOptions> = {}): Begun => {
    const { volumeId, image } = makeImage();
    const job = importJob(sourceOf("disk.vmdk", "vmdk"), { sliceMiB: SLICE_MIB });
    openstack.add(freshVolume(job, volumeId));
    const { cloudsYaml } = openstack;
    const all = { folder, datastore, cloudsYaml, ...options };
    const run = (change: Partial<StageOptions> = {}): Stage =>
      startStage("import", job, {
        ...all,
        ...change,
        settings: { ...SLOW, ...options.settings, ...change.settings },
        env: { WAVELIFT_VOLUME_ID: volumeId, ...options.env, ...change.env },
      });
    return { image, stage: run(), again: run };
  };
  return {
    ...{ folder, datastore, openstack, start },
    begin: async (options) => {
      const begun = start(options);
      const { image, stage } = begun;
      await until(
        `slices of ${image} are finished: ${stage.stderr()}`,
        async () => finishedOf((await ledgerOf(image))?.finished) >= 2,
        150,
      );
      return begun;
    },
    goesOn: async ({ image, again }) => {
      const done = finishedOf((await ledgerOf(image))?.finished);
      assert.ok(done >= 2 && done < SLICES, `${done} slices were finished`);
      const { code, stdout, stderr } = await again().ended;
      assert.equal(code, 0, stderr);
      const report = JSON.parse(stdout) as { result: string; details: { slices: number } };
      assert.deepEqual([report.result, report.details.slices], ["copied", SLICES - done], stderr);
      assert.equal(await holds(image, raw), true);
    },
    noWriter: (image) => until(`no process of ${image} is left`, () => processesWith(image).length === 0, 120),
    holdsDisk: (image) => holds(image, raw),
    close: async () => {
      await removeImages();
      await openstack.close();
      store.remove();
      rmSync(folder, { recursive: true });
    },
  };
}

const finishedOf = (ranges: string | undefined): number => parseRanges(ranges ?? "")?.size ?? 0;
