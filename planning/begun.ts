import type { CloudOffer } from "../cloud/offer.ts";

/** Key of the VM whose disk has this name (KEY-disk-DEVICEKEY; a VM key may itself contain "-disk-"), or null. */
export function vmOfDisk(disk: string): string | null {
  return /^(.+)-disk-\d+$/.exec(disk)?.[1] ?? null;
}

/** Keys of the templates whose image has begun: there is a record with this stack's mark, with data or not. */
export function begunImages(offers: ReadonlyMap<string, CloudOffer>, stack: string): ReadonlySet<string> {
  const marks = [...offers.values()].flatMap(({ images = [] }) => images.map(({ mark }) => mark));
  return new Set(marks.flatMap((mark) => (mark?.stack === stack ? [mark.key] : [])));
}

/**
 * Keys of the VMs that have begun: those that own a volume with this stack's mark on any target (the first thing that `up`
 * makes of a VM, and the last that goes), or a port or server (should somebody have taken the mark off its volumes), or
 * an image.
 */
export function begunVms(offers: ReadonlyMap<string, CloudOffer>, stack: string): ReadonlySet<string> {
  const keys = [...offers.values()].flatMap(({ volumes, ports, servers }) => [
    ...volumes.map(({ mark }) => (mark?.stack === stack ? vmOfDisk(mark.key) : null)),
    ...[...ports, ...servers].map(({ mark }) => (mark?.stack === stack ? mark.key : null)),
  ]);
  return new Set([...keys.filter((key) => key !== null), ...begunImages(offers, stack)]);
}
