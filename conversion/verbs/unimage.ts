import { CloudError } from "../../cloud/cloud-error.ts";
import type { GlanceImage } from "../../cloud/glance.ts";
import { readImageMark } from "../../planning/mark.ts";
import { failed, messageOf, refused } from "../failure.ts";
import { idsOf, recordsOf } from "../image/record.ts";
import { ledgerOf } from "../image/target.ts";
import type { WorkOf } from "../input.ts";
import type { ImageRemovalJob } from "../job.ts";
import { reached, type Ledger } from "../ledger/ledger.ts";
import { clonesOf, openGlancePool, type GlancePool } from "../rbd/glance-pool.ts";
import type { Rbd } from "../rbd/rbd.ts";
import { takeOver } from "../rbd/takeover.ts";
import { imagePoolOf, poolOf, type Outcome, type World } from "./world.ts";

/**
 * Verb `unimage`: the way back. Removes the template's image, record and data, also one that is half made. It refuses once
 * the image was accepted, while it is protected, and while anything that was made from it is there.
 */
export async function removeImage(world: World, { job }: WorkOf<"unimage">): Promise<Outcome> {
  const rbd = imagePoolOf(world, job.target);
  const pool = openGlancePool(world.commands, rbd.access);
  const records = (await recordsOf(world, job)).filter(
    (record) => readImageMark(record.properties, record.id)?.generation === job.generation,
  );
  const ids = await idsOf(world, job, records);
  for (const id of ids) await expectFree(world, rbd, job, id, records);
  let removed = 0;
  for (const id of ids) if (await remove(world, rbd, pool, job, id, records)) removed += 1;
  const result = removed === 0 ? "gone already" : "removed";
  world.log(`${job.vm}: image ${job.name}: ${result}`);
  return { kind: "report", report: { version: 1, verb: "unimage", vm: job.vm, result } };
}

const recordOf = (records: readonly GlanceImage[], id: string): GlanceImage | undefined =>
  records.find((record) => record.id === id);

/** @throws a refusal that says what keeps the image from being removed */
async function expectFree(
  world: World,
  rbd: Rbd,
  job: ImageRemovalJob,
  id: string,
  records: readonly GlanceImage[],
): Promise<void> {
  const record = recordOf(records, id);
  const info = await rbd.info(id);
  if (record === undefined && info === null) return;
  const ledger = await ledgerOf(rbd, job, id).read();
  if (ledger?.state === "accepted")
    throw refused(
      `${job.vm}: rollback is over: its image ${id} was accepted. Nothing was removed. To take the template away from the ` +
        "stack and keep the image, remove it from the state (pulumi state delete); the image is then yours to keep or delete.",
    );
  if (record?.isProtected === true)
    throw refused(
      `${job.vm}: the image ${record.name} (${id}) is protected. Nothing was removed. Say \`image: {protected: false}\` in the ` +
        `plan, run \`wavelift plan\` and \`wavelift up\`, then again; or \`openstack image set --unprotect ${id}\`.`,
    );
  const users = record === undefined ? [] : await world.glance.users(id);
  const clones =
    info === null ? [] : await clonesOf(world.commands, poolOf(world, job.target).access, rbd.access.pool, id);
  // The clone of a volume is named after it.
  const others = clones.filter((clone) => !users.some((user) => clone.endsWith(user.id)));
  const all = [...users.map(({ what }) => what), ...others.map((clone) => `RBD clone ${clone}`)];
  if (all.length > 0)
    throw refused(
      `${job.vm}: the image ${record?.name ?? job.name} (${id}) cannot be removed, since ${all.length} thing(s) were made from it: ` +
        `${all.slice(0, 10).join("; ")}${all.length > 10 ? "; ..." : ""}. Nothing was removed. Delete them first, or keep the ` +
        "image: set phase: accepted, plan, up.",
    );
}

/** @returns whether anything was there */
async function remove(
  world: World,
  rbd: Rbd,
  pool: GlancePool,
  job: ImageRemovalJob,
  id: string,
  records: readonly GlanceImage[],
): Promise<boolean> {
  const record = recordOf(records, id);
  const { glance, clock, log, patience } = world;
  if (record !== undefined && record.status !== "queued") await removeByGlance(world, job, record);
  // What Glance never called active it does not know to have data: that goes first, and the record, by which it is found, last.
  const isThere = (await rbd.info(id)) !== null;
  if (isThere) {
    const ledger = await ledgerOf(rbd, job, id).read();
    if (ledger === null && (await rbd.hasData(id)))
      throw refused(
        `${job.vm}: the RBD image ${rbd.access.pool}/${id} holds data that no ledger explains. It was not removed: see what it is.`,
      );
    if (record === undefined && !(await isOrphan(world, id, ledger))) return false;
    await takeOver(rbd, id, ledger?.writer ?? null, clock, log, patience);
    await pool.withdraw(id);
    await pool.remove(id);
  }
  if (record !== undefined) await glance.remove(id);
  return isThere || record !== undefined;
}

/** An image whose record was removed by hand: only its ledger says that it is ours, and that Glance never gave it out. */
async function isOrphan(world: World, id: string, ledger: Ledger | null): Promise<boolean> {
  return ledger !== null && !reached(ledger, "sealed") && (await world.glance.get(id)) === null;
}

/** Glance removes record, snapshot and data of an image that it knows the location of. */
async function removeByGlance(world: World, job: ImageRemovalJob, record: GlanceImage): Promise<void> {
  try {
    await world.glance.remove(record.id);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    throw failed(
      `${job.vm}: Glance does not remove the image ${record.name} (${record.id}): ${messageOf(error)} ` +
        "Is something being made from it at this moment? Run again.",
    );
  }
}
