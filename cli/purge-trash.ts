import type { TrashFacts } from "../planning/image-facts.ts";
import { askLauncher } from "./storage-facts.ts";

/** Removes images of this stack from the RBD trash, one call a target. @returns how many could not be removed */
export async function purge(
  stack: string,
  targets: ReadonlyMap<string, { readonly cloud: string }>,
  trash: readonly (TrashFacts & { readonly target: string })[],
  tell: (line: string) => void,
): Promise<number> {
  let failures = 0;
  for (const [target, { cloud }] of targets) {
    const here = trash.filter((entry) => entry.target === target);
    if (here.length === 0) continue;
    const ids = here.map(({ id }) => id);
    const answer = await askLauncher("purge", { version: 1, stack, target, cloud, trash: ids });
    for (const { id, disk, volumeId } of here) {
      const fault = "fault" in answer ? answer.fault : (answer.purged.find((one) => one.id === id)?.fault ?? null);
      const what = `RBD trash entry ${id} (volume ${volumeId}, ${disk}) of ${target}`;
      tell(fault === null ? `removed ${what}: its volume is gone` : `not removed: ${what}: ${fault}`);
      if (fault !== null) failures += 1;
    }
  }
  return failures;
}
