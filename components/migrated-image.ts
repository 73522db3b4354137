import * as pulumi from "@pulumi/pulumi";
import type { ImageJob } from "../conversion/job.ts";
import { imageStage } from "../inventory/schema/names.ts";
import type { PlannedImage } from "../inventory/schema/wave.ts";
import { stage } from "./stage.ts";

export interface MigratedImageArgs {
  readonly planned: PlannedImage;
  /** project/stack: the mark on the image. */
  readonly stack: string;
  /** Entry of clouds.yaml of its target. */
  readonly cloud: string;
}

/** What the stack says of a template that became an image. */
export interface ImageReport {
  readonly name: string;
  readonly phase: string;
  /** Report of the stage (one line of JSON), with the image's id. */
  readonly image: string;
}

/**
 * A template on its way to OpenStack: one stage that makes its image. The provider's own Image resource makes images by
 * upload only (imageSourceUrl or localFilePath), which this is there to avoid. The image's id is known to the stage alone:
 * its `delete` finds the image by its mark.
 */
export class MigratedImage extends pulumi.ComponentResource {
  readonly report: pulumi.Output<ImageReport>;

  constructor(name: string, { planned, stack, cloud }: MigratedImageArgs, opts: pulumi.ComponentResourceOptions) {
    super("wavelift:index:MigratedImage", name, {}, opts);
    const { key, generation, target, phase, disk, minDiskGiB, minRamMiB, visibility, imageProperties } = planned;
    const job: Omit<ImageJob, "sliceMiB"> = {
      ...{ version: 1, stack, vm: key, generation, target, cloud },
      phase: phase === "accepted" ? "accepted" : "cutover",
      disk: disk.key,
      source: { ...disk.source, capacityBytes: disk.capacityBytes },
      ...{ name: planned.name, visibility, protected: planned.protected, minDiskGiB, minRamMiB, imageProperties },
    };
    const made = stage(
      imageStage(key),
      { create: "image", update: "image-sync", delete: "unimage", job },
      { parent: this, customTimeouts: { create: "168h", update: "168h", delete: "30m" } },
    );
    this.report = made.stdout.apply((image) => ({ name: planned.name, phase, image }));
    this.registerOutputs({ report: this.report });
  }
}
