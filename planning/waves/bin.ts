import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { type Rates, ratesOf } from "../estimate.ts";
import { fits, merged, type Part, type WaveLimits } from "./part.ts";

/** How full a wave is. */
export interface Fill {
  readonly vms: number;
  readonly capacityBytes: number;
  /** Seconds of copying. */
  readonly seconds: number;
}

/**
 * A wave that is being filled. It keeps its sums up to date, so that asking what one more part would cost looks at that
 * part's hosts and datastores only: with 5,000 VMs and 100 waves this is asked half a million times.
 */
export interface Bin {
  readonly isEmpty: () => boolean;
  /** How full it would be with the part added. */
  readonly with: (part: Part) => Fill;
  readonly add: (part: Part) => void;
  readonly content: () => Part;
}

/** Whether a wave may be so full. */
export const mayHold = (fill: Fill, limits: WaveLimits): boolean => fits(fill, limits);

export function emptyBin(model: ThroughputModel): Bin {
  const rates = ratesOf(model);
  const parts: Part[] = [];
  const hosts = new Map<string, { bytes: number; longestBytes: number }>();
  const datastores = new Map<string, number>();
  let fill: Fill = { vms: 0, capacityBytes: 0, seconds: 0 };
  let bytes = 0;

  const secondsWith = ({ reading }: Part): number => {
    let seconds = Math.max(fill.seconds, soloSeconds(bytes + reading.bytes, reading.largest?.bytes ?? 0, rates));
    for (const [name, host] of reading.hosts) {
      const here = hosts.get(name);
      seconds = Math.max(seconds, (host.bytes + (here?.bytes ?? 0)) / rates.host);
      seconds = Math.max(seconds, (host.longestBytes + (here?.longestBytes ?? 0)) / rates.vmsOfHost);
    }
    for (const [name, sum] of reading.datastores)
      seconds = Math.max(seconds, (sum + (datastores.get(name) ?? 0)) / rates.datastore);
    return seconds;
  };
  const filledWith = (part: Part): Fill => ({
    vms: fill.vms + part.vms.length,
    capacityBytes: fill.capacityBytes + part.capacityBytes,
    seconds: secondsWith(part),
  });

  return {
    isEmpty: () => parts.length === 0,
    with: filledWith,
    add: (part) => {
      fill = filledWith(part);
      parts.push(part);
      bytes += part.reading.bytes;
      for (const [name, host] of part.reading.hosts) {
        const here = hosts.get(name) ?? { bytes: 0, longestBytes: 0 };
        hosts.set(name, { bytes: here.bytes + host.bytes, longestBytes: here.longestBytes + host.longestBytes });
      }
      for (const [name, sum] of part.reading.datastores) datastores.set(name, (datastores.get(name) ?? 0) + sum);
    },
    content: () => merged(parts),
  };
}

const soloSeconds = (bytes: number, largest: number, { total, disk }: Rates): number =>
  Math.max(bytes / total, largest / disk);
