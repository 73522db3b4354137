import type { GlanceImage } from "../../cloud/glance.ts";
import { failed, refused } from "../failure.ts";
import type { ImageJob } from "../job.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger, type LedgerStore } from "../ledger/store.ts";
import { SNAPSHOT, type GlancePool } from "../rbd/glance-pool.ts";
import type { Rbd, RbdImage } from "../rbd/rbd.ts";

/** The ledger on the RBD image of a record: Glance names its images by their ids. Null when there is no such image yet. */
export function ledgerOf(rbd: Rbd, job: Pick<ImageJob, "disk" | "stack" | "generation">, id: string): LedgerStore {
  const { disk, stack, generation } = job;
  const store = openLedger(rbd, { volumeId: id, disk, stack, generation }, id);
  return { ...store, read: async () => ((await rbd.info(id)) === null ? null : store.read()) };
}

/**
 * Sees that record and RBD image are those that were made for this template, and that nobody can have used them yet:
 * nothing else is ever written to.
 * @param isDone the data is whole: nothing will be written
 * @throws one refusal with everything that does not fit
 */
export async function checkImageTarget(
  rbd: Rbd,
  pool: GlancePool,
  job: ImageJob,
  record: GlanceImage,
  ledger: Ledger | null,
  isDone: boolean,
): Promise<RbdImage> {
  const image = await rbd.info(record.id);
  const where = `${rbd.access.pool}/${record.id}`;
  if (image === null) {
    if (record.status === "queued")
      return { sizeBytes: job.source.capacityBytes, snapshots: 0, parent: null, migrating: false };
    throw failed(
      `${job.vm}: Glance has the image ${record.id} (${record.status}), but there is no RBD image ${where}. Does \`images\` ` +
        `of the target "${job.target}" in runners.yaml name Glance's own pool?`,
    );
  }
  const { capacityBytes } = job.source;
  const faults: string[] = [];
  if (record.status !== "queued" && !isDone)
    faults.push(`Glance calls it ${record.status}, expected queued: it may be in use`);
  if (image.sizeBytes !== capacityBytes) faults.push(`it has ${image.sizeBytes} bytes, expected ${capacityBytes}`);
  if (capacityBytes % 512 !== 0)
    faults.push(`the source disk has ${capacityBytes} bytes, which are no whole sectors of 512`);
  if (image.parent !== null) faults.push(`it is a clone of ${image.parent}, expected an empty one`);
  const names = image.snapshots === 0 ? [] : (await pool.snapshots(record.id)).map(({ name }) => name);
  const strange = names.filter((name) => name !== SNAPSHOT || ledger === null);
  if (strange.length > 0) faults.push(`it has the snapshot ${strange.join(", ")}, expected none`);
  if (ledger === null && (await rbd.hasData(record.id))) faults.push("it holds data that no ledger explains");
  if (faults.length > 0)
    throw refused(
      `${job.disk}: the RBD image ${where} is not the one made for this template: ${faults.join("; ")}. Nothing was written. ` +
        `See what it is; if it is worth nothing, remove the image ${record.id} from Glance and the RBD image, and run again.`,
    );
  return image;
}
