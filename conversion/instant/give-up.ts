import { refused } from "../failure.ts";
import { stopGateway } from "../gateway/start.ts";
import type { InstantDisk } from "./instant-disk.ts";
import type { InstantRecord } from "./record.ts";

const POLL_MS = 1_000;

/**
 * Gives up the instant import of a disk that is not committed: gateway and copy end, the migration is aborted, and Cinder's
 * own image has its name again. Works also when nobody serves the source any more.
 * @param record as it stands aside
 * @throws a refusal while anybody holds the image open: a server that runs from it
 */
export async function giveUp(one: InstantDisk, record: InstantRecord): Promise<void> {
  const { world, migrations, image, aside } = one;
  // A gateway of another host sees this, and ends.
  await one.writeRecord(aside, { ...record, phase: "aborting" });
  await stopGateway(world.clock, one.volumeId);
  const start = world.clock.now();
  for (;;) {
    const result = await migrations.abort(image);
    if (result === "gone") break;
    if (result === "stands alone") {
      await removeHalfMade(one);
      break;
    }
    // A client of Ceph that was killed is forgotten after 30 s; the gateway's copy may have been one.
    if (world.clock.now() - start > world.patience.ownSeconds * 1000)
      throw refused(
        `${one.disk}: its image ${one.access.pool}/${image} is not copied yet and somebody holds it open: a server that runs from ` +
          `it, or a gateway on another conversion host (it was prepared by ${record.host})? It is not given up. ` +
          "End that (rbd status names its address), then run again.",
      );
    await world.clock.sleep(POLL_MS);
  }
  await migrations.rename(aside, image);
  world.log(`${one.disk}: its instant import is given up; the source is read no more`);
}

/** An image that a killed `prepare` has left: it has no migration and nothing in it. */
async function removeHalfMade(one: InstantDisk): Promise<void> {
  if ((await one.store.read()) !== null || (await one.rbd.hasData(one.image)))
    throw refused(
      `${one.disk}: beside the RBD image ${one.access.pool}/${one.image}, which holds data, stands ${one.aside}, which Cinder made ` +
        "for the same volume. Nothing was changed. Was it committed by hand? Then run `wavelift up`. Else see which of them is " +
        "wanted, and remove the other one.",
    );
  await one.migrations.remove(one.image);
}
