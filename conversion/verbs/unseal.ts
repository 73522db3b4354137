import type { WorkOf } from "../input.ts";
import { refuseWhenAccepted } from "./accepted.ts";
import { disksOf, type Outcome, type World } from "./world.ts";

/**
 * Verbs `unseal` and `rollback`: the way back, before the volumes (`unseal`) and the server (`rollback`) go. Both refuse
 * once a disk is accepted, and have nothing to do where the images are gone. This version makes no RBD snapshots that
 * would have to go first.
 */
export async function takeBack(world: World, work: WorkOf<"unseal"> | WorkOf<"rollback">): Promise<Outcome> {
  const { verb, job } = work;
  const ledgers = await refuseWhenAccepted(job.vm, disksOf(world, job, work.volumeIds));
  const there = ledgers.filter((ledger) => ledger !== null).length;
  const result = there === 0 ? "gone already" : "not accepted: may go back";
  return { kind: "report", report: { version: 1, verb, vm: job.vm, result, details: { disks: there, snapshots: 0 } } };
}
