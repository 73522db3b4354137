import { volumeRemedy } from "../cloud/remove.ts";
import { judgeImages, ownImages } from "../planning/leftover-images.ts";
import { ownOf } from "../planning/leftovers.ts";
import { removeImages } from "./leftover-images.ts";
import { openClouds } from "./leftover-clouds.ts";
import { judge, stateOf, targetsOf, type WaveStack } from "./leftovers.ts";
import { purge } from "./purge-trash.ts";
import { nameOf, removeLeftovers } from "./remove-leftovers.ts";
import type { StackState } from "./stack-state.ts";

const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * After a `destroy`, also one that failed: looks again, removes what may go, RBD trash included, and tells what is left
 * with what to do about it.
 *
 * @param before the state before the destroy: it knows the targets
 * @returns whether nothing of the stack is left
 */
export async function tellWhatIsLeft({ stack, file }: WaveStack, before: StackState): Promise<boolean> {
  const mark = `wavelift/${stack}`;
  const now = await stateOf(stack);
  // What the destroy has taken out of the state was explained by it a moment ago.
  const state = { ...now, vms: new Set([...before.vms, ...now.vms]) };
  const clouds = await openClouds(targetsOf(file, before));
  try {
    const holdings = await clouds.read();
    const { judged, trash } = await judge(mark, clouds, holdings, state, true);
    await removeLeftovers(judged, holdings, clouds.reached, tell);
    const trashed = await purge(mark, clouds.reached, trash, tell);
    const images = judgeImages(mark, holdings, state, new Set());
    await removeImages(images, clouds.reached, tell);
    const reasons = new Map(judged.map(({ leftover, reason }) => [leftover.id, reason]));
    const after = await clouds.read();
    const left = ownOf(mark, after);
    const leftImages = ownImages(mark, after);
    for (const { target, image } of leftImages) {
      const reason = images.find((one) => one.image.id === image.id && !one.remove)?.reason;
      const seeAbove = "see above why it was not removed, and run destroy again";
      tell(`left: image ${image.name} (${image.id}) in ${target}: ${reason ?? seeAbove}`);
    }
    for (const fault of clouds.faults) tell(`What is left: ${fault}`);
    for (const thing of left) {
      const remedy = thing.kind === "volume" ? volumeRemedy(thing.id, thing.status) : null;
      const reason =
        reasons.get(thing.id) ?? "still in the state: see above why it was not destroyed, and run destroy again";
      tell(`left: ${nameOf(thing)}: ${remedy ?? reason}`);
    }
    return left.length + leftImages.length + trashed === 0;
  } finally {
    await clouds.close();
  }
}
