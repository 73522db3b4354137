import { refused } from "../failure.ts";
import type { WorkOf } from "../input.ts";
import { imageName, openLedger } from "../ledger/store.ts";
import { poolOf, type Outcome, type World } from "./world.ts";

/** Verb `release`: the import is taken out of the stack. It deletes no data: that is for Cinder and Pulumi. */
export async function releaseDisk(world: World, { job, volumeId }: WorkOf<"release">): Promise<Outcome> {
  const { disk, stack, generation } = job;
  const rbd = poolOf(world, job.target);
  const report = (result: string): Outcome => ({
    kind: "report",
    report: { version: 1, verb: "release", vm: job.vm, disk, result },
  });
  if ((await rbd.info(imageName(volumeId))) === null) return report("gone already");
  const ledger = await openLedger(rbd, { volumeId, disk, stack, generation }).read();
  if (ledger?.state === "accepted") throw acceptedRefusal(job.vm, [disk]);
  return report("released, data left in place");
}

/** The refusal of a rollback that comes too late. */
export function acceptedRefusal(vm: string, disks: readonly string[]): Error {
  return refused(
    `${vm}: rollback is over: ${disks.join(", ")} was accepted. Nothing was removed. To take the VM away from the stack ` +
      "and leave it running, remove it from the state (pulumi state delete); its volumes then are yours to keep or delete.",
  );
}
