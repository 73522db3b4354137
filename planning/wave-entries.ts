import type { PlannedImage, PlannedVm, WaveFile } from "../inventory/schema/wave.ts";

/** A VM of a wave file, or a template that becomes an image. */
export type WaveEntry = PlannedVm | PlannedImage;

/** All VMs and templates of a wave file. */
export function entriesOf({ vms, images = [] }: Pick<WaveFile, "vms" | "images">): readonly WaveEntry[] {
  return images.length === 0 ? vms : [...vms, ...images];
}
