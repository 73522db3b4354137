import { sliceCount, type DiskIdentity, type Fingerprint, type Ledger, type State, type Writer } from "./ledger.ts";
import { formatRanges, parseRanges } from "./ranges.ts";

/** Something that happens to a disk. Events that write data carry the nonce of the writer that claims to do it. */
export type LedgerEvent =
  | {
      readonly kind: "claim";
      readonly identity: DiskIdentity;
      readonly writer: Writer;
      readonly capacityBytes: number;
      readonly sliceMiB: number;
      readonly source: Fingerprint;
    }
  | { readonly kind: "begin" | "finish"; readonly nonce: string; readonly slice: number }
  /** The writer ended in order; what it has done stays. */
  | { readonly kind: "leave"; readonly nonce: string }
  | { readonly kind: "copied"; readonly nonce: string; readonly digest: string | null }
  | { readonly kind: "synced"; readonly nonce: string; readonly changeId: string | null }
  | { readonly kind: "converted"; readonly nonce: string }
  | { readonly kind: "seal"; readonly imageProperties: readonly string[] }
  | { readonly kind: "accept" };

/** The whole table: from which states an event is allowed. `null` is an image without a ledger. */
export const allowedFrom: Readonly<Record<LedgerEvent["kind"], readonly (State | null)[]>> = {
  claim: [null, "empty", "copying", "copied"],
  begin: ["copying"],
  finish: ["copying"],
  leave: ["copying", "copied", "synced", "converted"],
  copied: ["copying"],
  synced: ["copied", "synced"],
  converted: ["copied", "synced"],
  seal: ["copied", "synced", "converted", "sealed"],
  accept: ["sealed", "accepted"],
};

/** Thrown when an event is not allowed; the ledger stays as it is. */
export class TransitionError extends Error {
  override readonly name = "TransitionError";
}

/**
 * The ledger after an event.
 * @throws {TransitionError} when the state, the writer or the slices do not allow it.
 */
export function transition(ledger: Ledger | null, event: LedgerEvent): Ledger {
  const state = ledger?.state ?? null;
  if (!allowedFrom[event.kind].includes(state))
    throw new TransitionError(`"${event.kind}" is not allowed in the state "${state ?? "none"}"`);
  if (event.kind === "claim") return claim(ledger, event);
  if (ledger === null) throw new TransitionError(`"${event.kind}" needs a ledger`);
  if ("nonce" in event && ledger.writer?.nonce !== event.nonce)
    throw new TransitionError(`another writer (${ledger.writer?.address ?? "none"}) has taken over`);
  switch (event.kind) {
    case "begin":
      return { ...ledger, begun: added(ledger, ledger.begun, event.slice) };
    case "finish":
      if (!numbers(ledger.begun).has(event.slice)) throw new TransitionError(`slice ${event.slice} was never begun`);
      return { ...ledger, finished: added(ledger, ledger.finished, event.slice) };
    case "leave":
      return { ...ledger, writer: null };
    case "copied":
      if (numbers(ledger.finished).size !== sliceCount(ledger))
        throw new TransitionError(`${numbers(ledger.finished).size} of ${sliceCount(ledger)} slices are finished`);
      return { ...ledger, state: "copied", writer: null, digest: event.digest };
    case "synced":
      return { ...ledger, state: "synced", changeId: event.changeId };
    case "converted":
      return { ...ledger, state: "converted" };
    case "seal":
      if (ledger.writer !== null) throw new TransitionError(`${ledger.writer.address} is still writing`);
      return { ...ledger, state: "sealed", imageProperties: [...event.imageProperties] };
    case "accept":
      return { ...ledger, state: "accepted" };
  }
}

/**
 * A writer takes the disk. The same source goes on where the last writer stopped. Another source (its files have
 * changed since) starts again, but nothing counts as untouched any more: old data may lie in any slice.
 */
function claim(ledger: Ledger | null, event: LedgerEvent & { kind: "claim" }): Ledger {
  const fresh: Ledger = {
    version: 1,
    ...event.identity,
    state: "copying",
    writer: event.writer,
    capacityBytes: event.capacityBytes,
    sliceMiB: event.sliceMiB,
    begun: "",
    finished: "",
    source: event.source,
    changeId: null,
    digest: null,
    imageProperties: [],
  };
  if (ledger === null) return fresh;
  const { volumeId, disk, stack, generation } = event.identity;
  if (
    ledger.volumeId !== volumeId ||
    ledger.disk !== disk ||
    ledger.stack !== stack ||
    ledger.generation !== generation
  )
    throw new TransitionError("the ledger is another disk's");
  if (sameSource(ledger, event)) {
    if (ledger.state === "copied") throw new TransitionError("the disk is copied and its source has not changed");
    return { ...ledger, state: "copying", writer: event.writer };
  }
  const everySlice = new Set(Array.from({ length: sliceCount(fresh) }, (_, slice) => slice));
  return { ...fresh, begun: formatRanges(everySlice) };
}

/** Whether the ledger speaks of this very source. */
export function sameSource(ledger: Ledger, source: { capacityBytes: number; source: Fingerprint }): boolean {
  return ledger.capacityBytes === source.capacityBytes && ledger.source.sha256 === source.source.sha256;
}

const numbers = (ranges: string): Set<number> => parseRanges(ranges) ?? new Set();

function added(ledger: Ledger, ranges: string, slice: number): string {
  if (!Number.isInteger(slice) || slice < 0 || slice >= sliceCount(ledger))
    throw new TransitionError(`slice ${slice} is not one of ${sliceCount(ledger)}`);
  return formatRanges(numbers(ranges).add(slice));
}
