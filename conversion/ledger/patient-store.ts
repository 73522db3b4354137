import type { Clock, Log } from "../effects.ts";
import { exitCodes } from "../exit-codes.ts";
import { failed, Failure } from "../failure.ts";
import type { LedgerStore } from "./store.ts";

/** How long Ceph is asked again that does not answer: as long as a source is (copy/patient-source.ts). */
const HEAL_MS = 600_000;
const PAUSE_MS = 2_000;

/** What a copy records while it is under way. */
export type CopyRecords = Pick<LedgerStore, "apply" | "recordNodes">;

interface PatientOptions {
  readonly disk: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether there is any use in asking again: false once the run is ended, or its writer has. */
  readonly goesOn: () => boolean;
}

/**
 * Records of a copy through a network that is away for some minutes: the writer waits by itself then, an `rbd` does not.
 * Each try reads the ledger anew, so that who has taken over meanwhile is noticed; what was recorded although the answer was
 * lost is recorded again, which changes nothing (`begin` and `finish` add to what is there).
 */
export function patientStore(store: CopyRecords, { disk, clock, log, goesOn }: PatientOptions): CopyRecords {
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    const start = clock.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await work();
        if (attempt > 1) log(`${disk}: Ceph answers again`);
        return result;
      } catch (error) {
        // A refusal says no the next time, too.
        if (!(error instanceof Failure) || error.exitCode !== exitCodes.failed || !goesOn()) throw error;
        if (clock.now() - start > HEAL_MS) throw failed(`${error.message} (tried for ${HEAL_MS / 60_000} min)`);
        if (attempt === 1) log(`${error.message} Trying again for up to ${HEAL_MS / 60_000} min`);
        await clock.sleep(PAUSE_MS);
        if (!goesOn()) throw error;
      }
    }
  };
  return {
    apply: (event) => patiently(() => store.apply(event)),
    recordNodes: (nodes) => patiently(() => store.recordNodes(nodes)),
  };
}
