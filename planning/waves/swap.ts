import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { shown } from "../../inventory/shown.ts";
import { type Limit, limits as limitsOf, secondsOf } from "../estimate.ts";
import { summed } from "../reading.ts";
import type { WaveFinding } from "./check.ts";
import type { Link } from "./link.ts";
import { fits, type Part, type WaveLimits } from "./part.ts";

/** So many of the slowest waves are looked at, with so many VMs each: more would be read by nobody. */
const WAVES = 10;
const CANDIDATES = 3;
/** Partners looked at in each other wave: those that read least from what makes this one slow. */
const PARTNERS = 3;
/** Less is not worth an edit. */
const LEAST_SECONDS = 300;

/**
 * Waves that wait for one ESXi host or datastore while others do not: which two VMs would have to change places, and the
 * seconds won, all waves one after the other. One proposal a wave, its best; VMs that are bound to others stay.
 */
export function swaps(
  waves: ReadonlyMap<string, Part>,
  parts: ReadonlyMap<string, Part>,
  links: readonly Link[],
  model: ThroughputModel,
  limits: WaveLimits,
): WaveFinding[] {
  const bound = new Set(links.flatMap(({ vms }) => vms));
  const loose = (wave: Part): Part[] =>
    wave.vms.flatMap((key) => (bound.has(key) ? [] : (parts.get(key) ?? []))).sort(byKey);
  const slow = [...waves]
    .map(([name, wave]) => ({ name, wave, limit: slowest(wave, model) }))
    .filter(({ limit }) => limit.kind === "host" || limit.kind === "datastore")
    .sort((a, b) => secondsOf(b.limit) - secondsOf(a.limit) || (a.name < b.name ? -1 : 1))
    .slice(0, WAVES);
  return slow.flatMap(({ name, wave, limit }) => {
    const from = loose(wave)
      .sort((a, b) => bytesFrom(b, limit) - bytesFrom(a, limit))
      .slice(0, CANDIDATES);
    const found = [...waves]
      .filter(([other]) => other !== name)
      .flatMap(([other, partner]) =>
        loose(partner)
          .sort((a, b) => bytesFrom(a, limit) - bytesFrom(b, limit))
          .slice(0, PARTNERS)
          .flatMap((back) =>
            from.map((out) => ({ other, out, back, won: won(wave, partner, out, back, parts, model, limits) })),
          ),
      )
      .reduce<Swap | null>((best, one) => (one.won > (best?.won ?? LEAST_SECONDS) ? one : best), null);
    return found === null ? [] : [swapFinding(name, limit, found)];
  });
}

interface Swap {
  readonly other: string;
  readonly out: Part;
  readonly back: Part;
  readonly won: number;
}

function swapFinding(wave: string, { kind, name }: Limit, { other, out, back, won }: Swap): WaveFinding {
  const [a, b] = [out.vms[0] ?? "", back.vms[0] ?? ""];
  const minutes = Math.round(won / 60);
  const what = kind === "host" ? "ESXi host" : "datastore";
  return {
    category: "Information",
    id: `slow.${kind}`,
    waves: [wave, other],
    vms: [a, b],
    text: `${wave} waits for ${what} ${shown(name)}: ${a} to ${other} and ${b} to ${wave} saves ${minutes} min`,
    secondsWon: Math.round(won),
  };
}

/** Seconds won by the swap; 0 where the limits do not allow it. */
function won(
  here: Part,
  there: Part,
  out: Part,
  back: Part,
  parts: ReadonlyMap<string, Part>,
  model: ThroughputModel,
  limits: WaveLimits,
): number {
  const room = (wave: Part, gone: Part, come: Part): boolean =>
    fits({ vms: wave.vms.length, capacityBytes: wave.capacityBytes - gone.capacityBytes + come.capacityBytes }, limits);
  if (!room(here, out, back) || !room(there, back, out)) return 0;
  const before = copySeconds(here.vms, parts, model) + copySeconds(there.vms, parts, model);
  const after =
    copySeconds(swapped(here.vms, out, back), parts, model) + copySeconds(swapped(there.vms, back, out), parts, model);
  return (before - after) * (1 + model.verifyShare);
}

const swapped = (vms: readonly string[], gone: Part, come: Part): string[] => [
  ...vms.filter((key) => !gone.vms.includes(key)),
  ...come.vms,
];

function copySeconds(vms: readonly string[], parts: ReadonlyMap<string, Part>, model: ThroughputModel): number {
  const reading = summed(vms.flatMap((key) => parts.get(key)?.reading ?? []));
  return Math.max(...limitsOf(reading, model).map(secondsOf));
}

const slowest = ({ reading }: Part, model: ThroughputModel): Limit =>
  limitsOf(reading, model).reduce((a, b) => (secondsOf(b) > secondsOf(a) ? b : a));

const bytesFrom = ({ reading }: Part, { kind, name }: Limit): number =>
  kind === "host" ? (reading.hosts.get(name)?.bytes ?? 0) : (reading.datastores.get(name) ?? 0);

const byKey = (a: Part, b: Part): number => ((a.vms[0] ?? "") < (b.vms[0] ?? "") ? -1 : 1);
