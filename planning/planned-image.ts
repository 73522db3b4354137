import { diskName } from "../inventory/schema/names.ts";
import type { PlannedImage } from "../inventory/schema/wave.ts";
import type { Edits } from "./keep-begun.ts";
import { differencesOf } from "./drift.ts";
import { diskPlace } from "./disk-place.ts";
import { imageProperties, isBootable } from "./image-properties.ts";
import { fillTemplate } from "./names.ts";
import type { PlanInput } from "./plan-wave.ts";
import { volumeSizeGiB } from "./size.ts";
import type { KnownSubject, Subject } from "./subject.ts";

/** The template's entry in the wave file, or null while a decision is missing (a rule tells which). */
export function plannedImage(
  { key, decisions, facts, choice }: KnownSubject,
  { plan, wave }: Pick<PlanInput, "plan" | "wave">,
): PlannedImage | null {
  const { image: said = {} } = decisions;
  if (!choice.boot.ok || !isBootable(facts)) return null;
  const { disk } = choice.boot.value;
  const others = facts.disks.filter((one) => one !== disk);
  if (others.length > 0 && said.otherDisks !== "ignore") return null;
  const hardware = imageProperties(facts, disk, null, decisions);
  return {
    key,
    name: fillTemplate(decisions.name ?? plan.names.image, { name: facts.name, key, wave }, key),
    sourceName: facts.name,
    sourceId: facts.source.id,
    target: decisions.target,
    phase: decisions.phase,
    generation: decisions.generation,
    disk: {
      key: diskName(key, disk.deviceKey),
      deviceKey: disk.deviceKey,
      label: disk.label,
      source: diskPlace(facts, disk, decisions.transport),
      capacityBytes: disk.capacityBytes,
    },
    diskReason: choice.boot.reason,
    leftOutDisks: others.map(({ label }) => label),
    minDiskGiB: said.minDiskGiB ?? volumeSizeGiB(disk.capacityBytes),
    minRamMiB: said.minRamMiB ?? 0,
    visibility: said.visibility ?? "private",
    protected: said.protected ?? false,
    imageProperties: hardware.properties,
    imagePropertiesReason: hardware.reason,
    exclude: decisions.exclude,
  };
}

/** What became of a template when the wave was planned. */
export interface ImageEntry {
  readonly image: PlannedImage | null;
  /** The entry is the previous one. */
  readonly kept: boolean;
  /** Only of one that has begun. */
  readonly edits: Edits | null;
}

/**
 * The template's entry. Once its image is there (or half there) it stays as it was decided, but for what only people say, until
 * the operator plans it again by name; where its data comes from and where it lies cannot change even then.
 * @param fresh as it would be planned now
 * @param again the operator names it: `wavelift plan WAVE --vm KEY`
 */
export function imageEntry(
  subject: Subject,
  fresh: PlannedImage | null,
  previous: PlannedImage | undefined,
  { hasBegun, again }: { readonly hasBegun: boolean; readonly again: boolean },
): ImageEntry {
  const { phase, exclude } = subject.decisions;
  if (previous === undefined) return { image: fresh, kept: false, edits: null };
  if (fresh === null) return { image: { ...previous, phase, exclude }, kept: true, edits: null };
  if (!hasBegun) return { image: fresh, kept: false, edits: null };
  const { target, generation, disk, diskReason, leftOutDisks } = previous;
  const pinned = { ...fresh, target, generation, disk, diskReason, leftOutDisks };
  const image = again ? pinned : { ...previous, phase, exclude };
  const none = { addedDisks: [], removedDisks: [], addedNics: [], removedNics: [], hasServer: false };
  return {
    image,
    kept: false,
    edits: {
      refused: differencesOf(pinned, { ...fresh, target: subject.asked.target }),
      held: differencesOf(image, pinned),
      changes: differencesOf(previous, image),
      ...none,
    },
  };
}
