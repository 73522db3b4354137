import type { ImageRemovalJob } from "../conversion/job.ts";
import type { JudgedImage } from "../planning/leftover-images.ts";
import { askConversion } from "./storage-facts.ts";

/** One line for people: what it is and where. */
export const imageName = ({ target, image: { name, id, status } }: JudgedImage): string =>
  `image ${name} (${id}, ${status}) in ${target}`;

/** Removes the images that may go, by the conversion host: half of one is an RBD image that Glance does not know. */
export async function removeImages(
  judged: readonly JudgedImage[],
  clouds: ReadonlyMap<string, { readonly cloud: string }>,
  tell: (line: string) => void,
): Promise<void> {
  for (const one of judged.filter(({ remove }) => remove)) {
    const { mark, disk, name } = one.image;
    const cloud = clouds.get(one.target)?.cloud;
    if (mark === null || disk === null || cloud === undefined) continue;
    const { stack, key: vm, generation } = mark;
    const job: ImageRemovalJob = { version: 1, stack, vm, generation, target: one.target, cloud, disk, name };
    const answer = await askConversion("unimage", job);
    tell(
      "fault" in answer
        ? `not removed: ${imageName(one)}: ${answer.fault}`
        : `removed ${imageName(one)}: ${one.reason}`,
    );
  }
}
