import type { Mark } from "../cloud/offer.ts";

/**
 * The mark that this program leaves on what it makes, so that a leftover is known as ours and what is ours is never
 * taken for a clash: metadata of volumes and servers, tags and description of ports (Neutron ports carry no metadata).
 * It is there from birth: metadata and description go with the request that creates. A port's tags are set by a second
 * call, at least 5 s later (terraform-provider-openstack 1.54.1), so a run that is killed in between leaves a port that
 * only its description knows as ours.
 */
const STACK = "wavelift_stack";
const KEY = "wavelift_key";
const GENERATION = "wavelift_generation";
const ESTATE = "wavelift_estate";
const IMAGE = "wavelift_image";
const DISK = "wavelift_disk";

/** Metadata of a volume or server. */
export function markMetadata(mark: Mark): Record<string, string> {
  return { [STACK]: mark.stack, [KEY]: mark.key, [GENERATION]: String(mark.generation) };
}

/**
 * Metadata of a volume beside the mark: the estate's own stack (project/stack) whose groups its VM will use. It holds
 * these groups while the VM has no port yet that shows them (planning/group-users.ts).
 */
export function estateMetadata(estate: string): Record<string, string> {
  return { [ESTATE]: estate };
}

/** The estate's own stack that a volume's metadata names, or null. */
export function readEstate(metadata: Readonly<Record<string, string>>): string | null {
  return metadata[ESTATE] ?? null;
}

/** Every image that this program makes carries this tag, so that they are found without reading all images of a project. */
export const IMAGE_TAG = "wavelift";

/**
 * Properties of an image, the mark of its template and the name of its disk: bound to the image itself. Nova and Cinder pass an image's properties on to images
 * that are made of its servers and volumes (`openstack server image create`): those are not ours, whatever they carry.
 */
export function markImage(mark: Mark, imageId: string, disk: string): Record<string, string> {
  return { ...markMetadata(mark), [IMAGE]: imageId, [DISK]: disk };
}

/** Resource name of the disk that an image is of, as its properties tell. */
export function readImageDisk(properties: Readonly<Record<string, string>>): string | null {
  return properties[DISK] ?? null;
}

/** The mark found in an image's properties; null when there is none, or it is that of the image that this one came from. */
export function readImageMark(properties: Readonly<Record<string, string>>, imageId: string): Mark | null {
  return properties[IMAGE] === imageId ? readMark(properties) : null;
}

/** Tags of a port. At most 60 characters each (Neutron, Zed). */
export function markTags(mark: Mark): string[] {
  return Object.entries(markMetadata(mark)).map(([name, value]) => `${name}=${value}`);
}

/** The mark found in metadata, or null when there is none or it is incomplete. */
export function readMark(metadata: Readonly<Record<string, string>>): Mark | null {
  const stack = metadata[STACK];
  const key = metadata[KEY];
  const generation = Number(metadata[GENERATION]);
  if (stack === undefined || key === undefined || !Number.isInteger(generation) || generation < 1) return null;
  return { stack, key, generation };
}

/** The mark found in a port's tags. */
export function readTags(tags: readonly string[]): Mark | null {
  return readMark(
    Object.fromEntries(
      tags
        .filter((tag) => tag.includes("="))
        .map((tag) => [tag.slice(0, tag.indexOf("=")), tag.slice(tag.indexOf("=") + 1)]),
    ),
  );
}

/** Description of a port: at most 255 characters (Neutron). */
export function markDescription(mark: Mark): string {
  return markTags(mark).join(" ");
}

/**
 * The mark of a port, in its tags or its description. Where the two speak of different things, somebody has changed one
 * of them: then it is nobody's.
 */
export function readPortMark(tags: readonly string[], description: string): Mark | null {
  const tagged = readTags(tags);
  const described = readTags(description.split(" "));
  if (tagged === null || described === null) return tagged ?? described;
  return markDescription(tagged) === markDescription(described) ? tagged : null;
}
