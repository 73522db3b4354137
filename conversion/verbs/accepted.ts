import { asideName, readRecord } from "../instant/record.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { acceptedRefusal } from "./release.ts";
import type { DiskHandle } from "./world.ts";

/** Ledgers of the disks; null for a disk whose image is gone or has no ledger yet. */
export function readLedgers(disks: readonly DiskHandle[]): Promise<(Ledger | null)[]> {
  return Promise.all(
    disks.map(async ({ rbd, store }) => ((await rbd.info(store.image)) === null ? null : await store.read())),
  );
}

/**
 * @returns the ledgers; null also for a disk of an instant import whose gateway is gone: it cannot be looked at, and cannot
 * have been accepted, since that comes after the commit
 * @throws a refusal when any disk was accepted: from then on nothing takes the VM back.
 */
export async function refuseWhenAccepted(vm: string, disks: readonly DiskHandle[]): Promise<(Ledger | null)[]> {
  const ledgers = await Promise.all(
    disks.map(async (disk) => {
      try {
        return (await readLedgers([disk]))[0] ?? null;
      } catch (error) {
        if ((await readRecord(disk.rbd, asideName(disk.volumeId), disk.identity)) === null) throw error;
        return null;
      }
    }),
  );
  const accepted = disks.filter((_, index) => ledgers[index]?.state === "accepted");
  if (accepted.length > 0)
    throw acceptedRefusal(
      vm,
      accepted.map(({ disk }) => disk),
    );
  return ledgers;
}
