import type { GlanceImage, ImageLooks } from "../../cloud/glance.ts";
import type { Mark } from "../../cloud/offer.ts";
import { IMAGE_TAG, markImage, markMetadata, readImageMark } from "../../planning/mark.ts";
import { failed, refused } from "../failure.ts";
import type { ImageJob, ImageRemovalJob } from "../job.ts";
import type { World } from "../verbs/world.ts";
import { imageId } from "./image-id.ts";

/** So many images of one generation may have been removed again before somebody has to raise the generation. */
const ATTEMPTS = 100;

const markOf = ({ stack, vm, generation }: Pick<ImageJob, "stack" | "vm" | "generation">): Mark => ({
  stack,
  key: vm,
  generation,
});

/** Statuses of an image that Glance is removing or has removed. */
const GOING: ReadonlySet<string> = new Set(["deleted", "pending_delete"]);

/** The records that carry the mark of this template, of any generation. What only inherited it is none of them. */
export async function recordsOf(world: World, job: Pick<ImageJob, "stack" | "vm">): Promise<GlanceImage[]> {
  const { wavelift_stack: stack, wavelift_key: key } = markMetadata({ stack: job.stack, key: job.vm, generation: 1 });
  const projectId = await world.glance.projectId();
  const found = await world.glance.list({ wavelift_stack: stack ?? "", wavelift_key: key ?? "" });
  return found.filter((image) => {
    const mark = readImageMark(image.properties, image.id);
    const isOurs = mark?.stack === job.stack && mark.key === job.vm && image.owner === projectId;
    return isOurs && !GOING.has(image.status);
  });
}

/**
 * The template's record, null when there is none.
 * @throws a refusal when there is one of another generation, or more than one
 */
export async function ownRecord(world: World, job: ImageJob): Promise<GlanceImage | null> {
  const found = await recordsOf(world, job);
  const [first, ...others] = found;
  if (first === undefined) return null;
  const generation = readImageMark(first.properties, first.id)?.generation;
  if (others.length > 0 || generation !== job.generation)
    throw refused(
      `${job.vm}: Glance has ${found.map(({ id, status }) => `${id} (${status})`).join(", ")} of this template` +
        `${others.length > 0 ? "" : `, of generation ${generation ?? "?"}`}, expected one of generation ${job.generation}. ` +
        "Nothing was written. Roll the template back first (phase: absent, plan, up), or remove by hand what is not wanted.",
    );
  return first;
}

/** Looks of the image by its job, with its mark. `protected` comes last of all: what is protected cannot be removed. */
export function looksOf(job: ImageJob, id: string): ImageLooks {
  const { name, visibility, protected: isProtected, minDiskGiB, minRamMiB, imageProperties } = job;
  const properties = { ...imageProperties, ...markImage(markOf(job), id, job.disk) };
  return { name, visibility, isProtected, minDiskGiB, minRamMiB, properties };
}

/** Makes the record, without data. */
export async function makeRecord(world: World, job: ImageJob): Promise<GlanceImage> {
  const projectId = await world.glance.projectId();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const id = imageId(projectId, markOf(job), attempt);
    // Private and unprotected until it has its data.
    const looks = { ...looksOf(job, id), visibility: "private", isProtected: false };
    const made = await world.glance.create({ id, ...looks, tags: [IMAGE_TAG] });
    if (made !== null) return made;
    const there = await world.glance.get(id);
    if (there !== null && !GOING.has(there.status)) return ownOrRefuse(job, there);
  }
  throw failed(
    `${job.vm}: ${ATTEMPTS} images of generation ${job.generation} were made and removed, and Glance gives no id twice. ` +
      "Raise `generation` in the plan.",
  );
}

/** A record that was made a moment ago, by a run that is dead or by a request that was sent twice. */
function ownOrRefuse(job: ImageJob, there: GlanceImage): GlanceImage {
  const mark = readImageMark(there.properties, there.id);
  if (mark?.stack === job.stack && mark.key === job.vm && mark.generation === job.generation) return there;
  throw refused(
    `${job.vm}: the image ${there.id} (${there.status}) should be this template's, but its properties do not say so ` +
      "(wavelift_stack, wavelift_key, wavelift_generation, wavelift_image). Nothing was written. Remove the image, or put them back.",
  );
}

/** Ids that the records of this generation have or had, those first that are surely there. */
export async function idsOf(world: World, job: ImageRemovalJob, records: readonly GlanceImage[]): Promise<string[]> {
  const projectId = await world.glance.projectId();
  const first = Array.from({ length: 4 }, (_, attempt) => imageId(projectId, markOf(job), attempt));
  return [...new Set([...records.map(({ id }) => id), ...first])];
}
