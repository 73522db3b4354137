import assert from "node:assert/strict";
import type { CinderVolume } from "../../cloud/cinder.ts";
import { Failure } from "../../conversion/failure.ts";
import type { ImportJob } from "../../conversion/job.ts";
import type { RbdImage } from "../../conversion/rbd/rbd.ts";
import { checkTarget } from "../../conversion/verbs/target-checks.ts";
import { markMetadata } from "../../planning/mark.ts";
import { MIB, sourceOf } from "./support/disks.ts";
import { freshVolume, importJob, STACK } from "./support/world.ts";

const GIB = 1024 * MIB;
const mark = { stack: STACK, key: "vm1-disk-2000", generation: 1 };

describe("the target of an import", () => {
  const check = (volume: Partial<CinderVolume>, image: Partial<RbdImage>, job: Partial<ImportJob>): void => {
    const wanted = importJob(sourceOf("d.raw", "raw"), job);
    const found = freshVolume(importJob(sourceOf("d.raw", "raw")), "v", volume);
    checkTarget(wanted, found, { sizeBytes: GIB, snapshots: 0, migrating: false, parent: null, ...image });
  };
  const cases: readonly (readonly [string, Partial<CinderVolume>, Partial<RbdImage>, RegExp])[] = [
    ["another stack's volume", { metadata: markMetadata({ ...mark, stack: "wavelift/other" }) }, {}, /wavelift\/other/],
    ["another disk's volume", { metadata: markMetadata({ ...mark, key: "vm2-disk-2000" }) }, {}, /vm2-disk-2000/],
    ["another generation's volume", { metadata: markMetadata({ ...mark, generation: 2 }) }, {}, /generation 2/],
    ["a volume without a mark", { metadata: {} }, {}, /mark \(metadata\) is none/],
    ["a volume in use", { status: "in-use" }, {}, /status is in-use/],
    ["a volume of another size", { sizeGiB: 2 }, {}, /Cinder says 2 GiB/],
    ["an image of another size", {}, { sizeBytes: 2 * GIB }, /has 2147483648 bytes/],
    ["an image with snapshots", {}, { snapshots: 1 }, /has 1 snapshots/],
    ["a clone", {}, { parent: "images/base@snap" }, /clone of images\/base@snap/],
  ];
  for (const [what, volume, image, message] of cases)
    it(`is not ${what}`, () => {
      assert.throws(
        () => {
          check(volume, image, {});
        },
        (error) => error instanceof Failure && error.exitCode === 2 && message.test(error.message),
      );
    });
  it("is not smaller than the source, whose size is whole sectors", () => {
    for (const [capacityBytes, message] of [
      [GIB + 512, /more than the image/],
      [GIB - 1, /no whole sectors/],
    ] as const)
      assert.throws(() => {
        check({}, {}, { source: sourceOf("d.raw", "raw", capacityBytes) });
      }, message);
  });
  it("is the volume that was just made for this disk", () => {
    check({}, {}, {});
  });
});
