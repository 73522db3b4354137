import { refused } from "../failure.ts";
import type { Rbd } from "../rbd/rbd.ts";
import {
  DONE_KEY,
  foreignFields,
  furthest,
  LEDGER_KEY,
  parseLedger,
  reached,
  type DiskIdentity,
  type Ledger,
} from "./ledger.ts";
import { transition, TransitionError, type LedgerEvent } from "./transitions.ts";

/** Name of Cinder's RBD image of a volume (its volume_name_template's default). */
export const imageName = (volumeId: string): string => `volume-${volumeId}`;

/** The ledger of one disk in its image's metadata. */
export interface LedgerStore {
  readonly image: string;
  /**
   * The ledger, null when the image has none.
   * @throws a refusal when it cannot be read, or speaks of another volume, disk, stack or generation.
   */
  read(): Promise<Ledger | null>;
  /**
   * Reads the ledger, applies an event, writes it and returns it. One call at a time: later calls wait.
   * @throws a refusal when the transition is not allowed, a foreign ledger included.
   */
  apply(event: LedgerEvent): Promise<Ledger>;
}

export function openLedger(rbd: Rbd, expected: DiskIdentity): LedgerStore {
  const image = imageName(expected.volumeId);
  const where = `${expected.disk}: the ledger of the RBD image ${rbd.access.pool}/${image}`;
  let last: Promise<unknown> = Promise.resolve();

  const readAll = async (): Promise<{ readonly ledger: Ledger | null; readonly hasDone: boolean }> => {
    const metadata = await rbd.metadata(image);
    const done = metadata.get(DONE_KEY);
    const text = metadata.get(LEDGER_KEY);
    if (text === undefined) return { ledger: null, hasDone: done !== undefined };
    const ledger = parseLedger(text);
    if (ledger === null)
      throw refused(
        `${where} cannot be read by this version of wavelift: ${text.slice(0, 300)}. Nothing was changed. ` +
          "Use the version that wrote it.",
      );
    const foreign = foreignFields(ledger, expected);
    if (foreign.length > 0)
      throw refused(
        `${where} belongs to another disk: ${foreign.join("; ")}. Nothing was changed. ` +
          "Was the volume cloned, or used by another stack? Remove this volume from Cinder, or give the VM a new generation.",
      );
    return { ledger: furthest(ledger, done === undefined ? null : parseLedger(done)), hasDone: done !== undefined };
  };

  const apply = async (event: LedgerEvent): Promise<Ledger> => {
    const { ledger: before, hasDone } = await readAll();
    let after: Ledger;
    try {
      after = transition(before, event);
    } catch (error) {
      if (error instanceof TransitionError) throw refused(`${where}: ${error.message}. Nothing more was written.`);
      throw error;
    }
    // A claim of what was done (its source has changed) takes the second copy back too.
    if (hasDone || reached(after, "copied")) await rbd.setMeta(image, DONE_KEY, JSON.stringify(after));
    await rbd.setMeta(image, LEDGER_KEY, JSON.stringify(after));
    return after;
  };

  return {
    image,
    read: async () => (await readAll()).ledger,
    apply: (event) => {
      const result = last.then(() => apply(event));
      last = result.catch(() => undefined);
      return result;
    },
  };
}
