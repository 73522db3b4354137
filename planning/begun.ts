import type { CloudOffer } from "../cloud/offer.ts";

/** Key of the VM whose disk has this name (KEY-disk-DEVICEKEY; a VM key may itself contain "-disk-"), or null. */
export function vmOfDisk(disk: string): string | null {
  return /^(.+)-disk-\d+$/.exec(disk)?.[1] ?? null;
}

/**
 * Keys of the VMs that have begun: those that own a volume with this stack's mark on any target. The first thing that
 * `up` makes of a VM is its volumes, and the last that goes.
 */
export function begunVms(offers: ReadonlyMap<string, CloudOffer>, stack: string): ReadonlySet<string> {
  const marks = [...offers.values()].flatMap(({ volumes }) => volumes.map(({ mark }) => mark));
  const keys = marks.map((mark) => (mark?.stack === stack ? vmOfDisk(mark.key) : null));
  return new Set(keys.filter((key) => key !== null));
}
