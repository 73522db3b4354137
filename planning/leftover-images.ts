import type { HeldImage, Holdings } from "./holdings.ts";

/** An image of this stack that its state does not know, and what becomes of it. */
export interface JudgedImage {
  readonly target: string;
  readonly image: HeldImage;
  readonly remove: boolean;
  readonly reason: string;
}

/** What the stack's state says of its images. */
export interface KnownImages {
  /** Keys of the templates whose image the state has. */
  readonly imageKeys: ReadonlySet<string>;
  /** Keys of those whose making was interrupted: pulumi writes that down before it begins. */
  readonly interruptedImages: ReadonlySet<string>;
}

/** The images that carry this stack's mark and belong to the target's project; a project of two targets shows them once. */
export function ownImages(stack: string, holdings: readonly Holdings[]): { target: string; image: HeldImage }[] {
  const own = holdings.flatMap(({ target, projectId, images }) =>
    images
      .filter((image) => image.mark?.stack === stack && image.projectId === projectId)
      .map((image) => ({ target, image })),
  );
  return [...new Map(own.map((one) => [one.image.id, one])).values()];
}

/**
 * Which images may go. One that is declared is no leftover: `up` goes on with it, half made or whole. What Glance never gave out
 * (queued) can be made again without loss; a whole one goes only where the state says that its making was interrupted. The
 * conversion host looks again: what is in use, protected or accepted stays (conversion/verbs/unimage.ts).
 * @param declared keys of the templates that the run declares; none in `destroy`
 */
export function judgeImages(
  stack: string,
  holdings: readonly Holdings[],
  { imageKeys, interruptedImages }: KnownImages,
  declared: ReadonlySet<string>,
): JudgedImage[] {
  return ownImages(stack, holdings)
    .filter(({ image: { mark } }) => mark !== null && !imageKeys.has(mark.key) && !declared.has(mark.key))
    .map(({ target, image }): JudgedImage => {
      const key = image.mark?.key ?? "";
      if (image.disk === null)
        return {
          target,
          image,
          remove: false,
          reason: "its property wavelift_disk is gone: which disk it is of is not known",
        };
      if (image.status === "queued")
        return {
          target,
          image,
          remove: true,
          reason: "made by a run that was killed, not in the state, never given out",
        };
      if (interruptedImages.has(key))
        return { target, image, remove: true, reason: "made by a run that was killed, not in the state" };
      const reason =
        `the state does not know it. To have it back in the stack, declare ${key} in the wave and run up, which takes it over; ` +
        `else \`openstack image delete ${image.id}\``;
      return { target, image, remove: false, reason };
    });
}
