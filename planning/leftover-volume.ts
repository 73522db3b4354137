import type { HeldVolume } from "./holdings.ts";
import type { ImageFacts } from "./image-facts.ts";

/** Statuses of Cinder with which a volume can be removed, now or once its server has gone. */
const REMOVABLE = ["available", "error", "in-use", "creating", "downloading", "deleting", "error_deleting"];
/** Statuses in which a volume may have no image (yet, or any more). */
const WITHOUT_IMAGE = ["error", "creating", "downloading", "deleting", "error_deleting"];

/** Null when nothing was ever written to a volume, so that its loss is none; else why it is kept. */
export function emptyVolume(volume: HeldVolume, facts: ImageFacts | undefined): string | null {
  if (facts === undefined) return "what it holds is not known";
  if (facts.fault !== null) return `what it holds cannot be read: ${facts.fault}`;
  if (!REMOVABLE.includes(volume.status)) return `Cinder is busy with it (${volume.status})`;
  const { image } = facts;
  if (image === null)
    return WITHOUT_IMAGE.includes(volume.status) ? null : "it has no RBD image in the pool of runners.yaml";
  if (image.ledger === "accepted") return "it was accepted";
  if (image.ledger === "foreign") return "its ledger is that of another disk";
  if (image.ledger === "unreadable") return "its ledger was written by another version of this program";
  if (!["none", "empty"].includes(image.ledger)) return `a disk was copied to it (its ledger says ${image.ledger})`;
  if (image.hasData) return "it holds data";
  if (image.snapshots > 0) return `it has ${image.snapshots} snapshot(s)`;
  if (image.isClone) return "it is a clone";
  if (image.watchers.length > 0 && volume.attachedServerIds.length === 0)
    return `it is held open by ${image.watchers.join(", ")}`;
  return null;
}
