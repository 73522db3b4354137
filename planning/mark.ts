import type { Mark } from "../cloud/offer.ts";

/**
 * The mark that this program leaves on what it makes, so that a leftover is known as ours and what is ours is never
 * taken for a clash: metadata of volumes and servers, tags of ports (Neutron ports carry no metadata).
 */
const STACK = "wavelift_stack";
const KEY = "wavelift_key";
const GENERATION = "wavelift_generation";
const ESTATE = "wavelift_estate";

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
