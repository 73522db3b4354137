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
  | { readonly kind: "begin" | "finish"; readonly nonce: string; readonly slices: readonly number[] }
  /** The writer ended in order; what it has done stays. */
  | { readonly kind: "leave"; readonly nonce: string }
  | { readonly kind: "copied"; readonly nonce: string; readonly digest: string | null }
  | { readonly kind: "synced"; readonly nonce: string; readonly changeId: string | null }
  | { readonly kind: "converted"; readonly nonce: string }
  /** Instant import: the image reads through to the source. */
  | {
      readonly kind: "prepare";
      readonly identity: DiskIdentity;
      readonly capacityBytes: number;
      readonly sliceMiB: number;
      readonly source: Fingerprint;
    }
  /** All of it is copied and compared, and the source is needed no more; before the seal or after it. */
  | { readonly kind: "committed"; readonly digest: string | null }
  | { readonly kind: "seal"; readonly imageProperties: readonly string[] }
  /** The seal of an image that still reads from its source. */
  | { readonly kind: "sealInstant"; readonly imageProperties: readonly string[] }
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
  prepare: [null, "empty"],
  committed: ["copying", "sealed"],
  seal: ["copied", "synced", "converted", "sealed"],
  sealInstant: ["copying", "sealed"],
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
  if (event.kind === "prepare") return { ...unwritten(event), instant: true };
  if (ledger === null) throw new TransitionError(`"${event.kind}" needs a ledger`);
  if ("nonce" in event && ledger.writer?.nonce !== event.nonce)
    throw new TransitionError(`another writer (${ledger.writer?.address ?? "none"}) has taken over`);
  switch (event.kind) {
    case "begin":
      return { ...ledger, begun: added(ledger, ledger.begun, event.slices) };
    case "finish": {
      const begun = numbers(ledger.begun);
      const never = event.slices.filter((slice) => !begun.has(slice));
      if (never.length > 0) throw new TransitionError(`slice ${never.join(", ")} was never begun`);
      return { ...ledger, finished: added(ledger, ledger.finished, event.slices) };
    }
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
    case "committed": {
      if (ledger.instant !== true) throw new TransitionError("it does not read from its source");
      const after = { ...ledger, digest: event.digest };
      delete after.instant;
      return { ...after, state: ledger.state === "copying" ? "copied" : ledger.state };
    }
    case "sealInstant":
      if (ledger.instant !== true) throw new TransitionError("it does not read from its source");
      return { ...ledger, state: "sealed", imageProperties: [...event.imageProperties] };
    case "seal":
      if (ledger.writer !== null) throw new TransitionError(`${ledger.writer.address} is still writing`);
      return { ...ledger, state: "sealed", imageProperties: [...event.imageProperties] };
    case "accept":
      if (ledger.instant === true) throw new TransitionError("it still reads from its source");
      return { ...ledger, state: "accepted" };
  }
}

/** The ledger of a disk of which nothing is written yet. */
const unwritten = ({
  identity,
  capacityBytes,
  sliceMiB,
  source,
}: Pick<LedgerEvent & { kind: "prepare" }, "identity" | "capacityBytes" | "sliceMiB" | "source">): Ledger => ({
  version: 1,
  ...identity,
  state: "copying",
  writer: null,
  capacityBytes,
  sliceMiB,
  begun: "",
  finished: "",
  source,
  changeId: null,
  digest: null,
  imageProperties: [],
});

/**
 * A writer takes the disk. The same source goes on where the last writer stopped. Another source (its files have
 * changed since) starts again, but nothing counts as untouched any more: old data may lie in any slice.
 */
function claim(ledger: Ledger | null, event: LedgerEvent & { kind: "claim" }): Ledger {
  const fresh: Ledger = { ...unwritten(event), writer: event.writer };
  if (ledger === null) return fresh;
  if (ledger.instant === true) throw new TransitionError("it reads from its source (an instant import)");
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

function added(ledger: Ledger, ranges: string, slices: readonly number[]): string {
  const count = sliceCount(ledger);
  const outside = slices.filter((slice) => !Number.isInteger(slice) || slice < 0 || slice >= count);
  if (outside.length > 0) throw new TransitionError(`slice ${outside.join(", ")} is not one of ${count}`);
  return formatRanges(new Set([...numbers(ranges), ...slices]));
}
