import { allEnded } from "../copy/all-ended.ts";
import { failed, refused } from "../failure.ts";
import type { Node } from "../copy/digest.ts";
import type { Rbd } from "../rbd/rbd.ts";
import {
  DONE_KEY,
  foreignFields,
  furthest,
  isSame,
  LEDGER_KEY,
  parseLedger,
  reached,
  sliceCount,
  type DiskIdentity,
  type Ledger,
} from "./ledger.ts";
import { nodesKey, NODES_PER_RECORD, readNodes, writeNodes, type CopyIdentity } from "./slice-nodes.ts";
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
  /**
   * Applies a claim where the ledger still is `seen`, by which all was checked: another run may have claimed the disk between
   * the checks and the moment this run opened the image.
   */
  claim(event: LedgerEvent & { kind: "claim" }, seen: Ledger | null): Promise<Ledger>;
  /**
   * The digests of slices that the image's records held when the ledger was read or changed last, of this copy: the ledger
   * says which. Some may be missing.
   */
  nodes(ledger: Ledger): Promise<Map<number, Node>>;
  /** Adds digests of slices of the copy that was claimed last. May run beside `apply`. */
  recordNodes(nodes: ReadonlyMap<number, Node>): Promise<void>;
}

/** @param image default: that of Cinder's volume */
export function openLedger(rbd: Rbd, expected: DiskIdentity, image = imageName(expected.volumeId)): LedgerStore {
  const where = `${expected.disk}: the ledger of the RBD image ${rbd.access.pool}/${image}`;
  const oneAtATime = inTurn();
  const nodesInTurn = inTurn();
  /** What the records hold, and of which copy. */
  let recorded: { readonly copy: CopyIdentity; readonly nodes: Map<number, Node> } | null = null;
  /** As it was read last. An `rbd` takes a tenth of a second of CPU: nothing is read twice. */
  let metadata: ReadonlyMap<string, string> | null = null;

  const readAll = async (): Promise<{ readonly ledger: Ledger | null; readonly hasDone: boolean }> => {
    metadata = await rbd.metadata(image);
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

  const apply = async (event: LedgerEvent, seen?: Ledger | null): Promise<Ledger> => {
    const { ledger: before, hasDone } = await readAll();
    if (seen !== undefined && !isSame(before, seen))
      throw failed(
        `${expected.disk}: another run has changed the ledger at this moment. Nothing was written; run again when it has ended.`,
      );
    let after: Ledger;
    try {
      after = transition(before, event);
    } catch (error) {
      if (error instanceof TransitionError) throw refused(`${where}: ${error.message}. Nothing more was written.`);
      throw error;
    }
    // A claim of what was done (its source has changed) takes the second copy back too.
    const keys = hasDone || reached(after, "copied") ? [DONE_KEY, LEDGER_KEY] : [LEDGER_KEY];
    // Whichever comes first: with one of them nothing has been written yet that the other does not know of.
    await allEnded(keys.map((key) => rbd.setMeta(image, key, JSON.stringify(after))));
    return after;
  };

  const nodesOf = async (ledger: Ledger): Promise<Map<number, Node>> => {
    const copy = { sliceMiB: ledger.sliceMiB, source: ledger.source.sha256 };
    const held = metadata ?? (await rbd.metadata(image));
    const records = Math.ceil(sliceCount(ledger) / NODES_PER_RECORD);
    const all = Array.from({ length: records }, (_, record) => [
      ...readNodes(held.get(nodesKey(record)), record, copy),
    ]);
    recorded = { copy, nodes: new Map(all.flat()) };
    return recorded.nodes;
  };

  const recordNodes = async (nodes: ReadonlyMap<number, Node>): Promise<void> => {
    if (recorded === null) throw new Error("the digests of a copy are recorded before those that are there were read");
    for (const [slice, node] of nodes) recorded.nodes.set(slice, node);
    const records = new Set([...nodes.keys()].map((slice) => Math.floor(slice / NODES_PER_RECORD)));
    for (const record of records)
      await rbd.setMeta(image, nodesKey(record), writeNodes(recorded.nodes, record, recorded.copy));
  };

  return {
    image,
    nodes: nodesOf,
    recordNodes: (nodes) => nodesInTurn(() => recordNodes(nodes)),
    read: async () => (await readAll()).ledger,
    apply: (event) => oneAtATime(() => apply(event)),
    claim: (event, seen) => oneAtATime(() => apply(event, seen)),
  };
}

/** Does one thing after the other, whether it works or not. */
function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
