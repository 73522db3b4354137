import { readMark } from "../../planning/mark.ts";
import type { CinderVolume } from "../../cloud/cinder.ts";
import { refused } from "../failure.ts";
import type { ImportJob } from "../job.ts";
import type { RbdImage } from "../rbd/rbd.ts";

const GIB = 1024 ** 3;

/**
 * Sees that volume and image are the ones that Pulumi just made for this disk: nothing else is ever written to.
 * @throws one refusal with everything that does not fit
 */
export function checkTarget(job: ImportJob, volume: CinderVolume, image: RbdImage): void {
  const faults: string[] = [];
  const mark = readMark(volume.metadata);
  const found = mark === null ? "none" : `${mark.stack} ${mark.key} generation ${mark.generation}`;
  if (mark?.stack !== job.stack || mark.key !== job.disk || mark.generation !== job.generation)
    faults.push(`its mark (metadata) is ${found}, expected ${job.stack} ${job.disk} generation ${job.generation}`);
  if (volume.status !== "available") faults.push(`its status is ${volume.status}, expected available`);
  if (volume.sizeGiB !== job.sizeGiB) faults.push(`Cinder says ${volume.sizeGiB} GiB, expected ${job.sizeGiB}`);
  if (image.sizeBytes !== job.sizeGiB * GIB)
    faults.push(`its RBD image has ${image.sizeBytes} bytes, expected ${job.sizeGiB * GIB} (${job.sizeGiB} GiB)`);
  if (job.source.capacityBytes > image.sizeBytes)
    faults.push(`the source disk has ${job.source.capacityBytes} bytes: more than the image`);
  if (job.source.capacityBytes % 512 !== 0)
    faults.push(`the source disk has ${job.source.capacityBytes} bytes, which are no whole sectors of 512`);
  if (image.snapshots > 0) faults.push(`its RBD image has ${image.snapshots} snapshots, expected none`);
  if (image.parent !== null) faults.push(`its RBD image is a clone of ${image.parent}, expected an empty one`);
  if (faults.length > 0)
    throw refused(
      `${job.disk}: the volume ${volume.id} is not the one made for this disk: ${faults.join("; ")}. Nothing was written. ` +
        "Look at the volume in Cinder; a volume made anew by Pulumi fits.",
    );
}
