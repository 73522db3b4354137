import type { Ledger } from "../ledger/ledger.ts";
import { acceptedRefusal } from "./release.ts";
import type { DiskHandle } from "./world.ts";

/** Ledgers of the disks; null for a disk whose image is gone or has no ledger yet. */
export function readLedgers(disks: readonly DiskHandle[]): Promise<(Ledger | null)[]> {
  return Promise.all(
    disks.map(async ({ rbd, store }) => ((await rbd.info(store.image)) === null ? null : await store.read())),
  );
}

/** @throws a refusal when any disk was accepted: from then on nothing takes the VM back. */
export async function refuseWhenAccepted(vm: string, disks: readonly DiskHandle[]): Promise<(Ledger | null)[]> {
  const ledgers = await readLedgers(disks);
  const accepted = disks.filter((_, index) => ledgers[index]?.state === "accepted");
  if (accepted.length > 0)
    throw acceptedRefusal(
      vm,
      accepted.map(({ disk }) => disk),
    );
  return ledgers;
}
