import type { WorkOf } from "../input.ts";
import { reached } from "../ledger/ledger.ts";
import { imageName, openLedger } from "../ledger/store.ts";
import { importDisk } from "./import.ts";
import { poolOf, type Outcome, type World } from "./world.ts";

/**
 * Verb `sync`: an edit of the job. A finished copy is only reported, whatever the edit says; one that is not finished
 * goes on like `import`.
 */
export async function syncDisk(world: World, work: WorkOf<"sync">): Promise<Outcome> {
  const { job, volumeId } = work;
  const { disk, stack, generation } = job;
  const rbd = poolOf(world, job.target);
  if (job.instant === true || (await rbd.info(imageName(volumeId))) === null) return importDisk(world, work);
  const ledger = await openLedger(rbd, { volumeId, disk, stack, generation }).read();
  if (ledger === null || !reached(ledger, "copied")) return importDisk(world, work);
  world.log(`${disk}: ${ledger.state}, nothing to copy`);
  return {
    kind: "report",
    report: { version: 1, verb: "sync", vm: job.vm, disk, result: `unchanged: ${ledger.state}` },
  };
}
