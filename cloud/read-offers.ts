import type { Plan } from "../inventory/schema/plan.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";
import { begunVms } from "../planning/begun.ts";
import { entriesOf } from "../planning/wave-entries.ts";
import { CloudConfigError, readCloudEntry } from "./clouds-yaml.ts";
import { connect } from "./client.ts";
import type { CloudOffer } from "./offer.ts";
import { readOffer } from "./read-offer.ts";

/** A target and the entries of clouds.yaml that it may be: of the wave file, and of the plan. */
export interface Place {
  readonly target: string;
  readonly was: string | null;
  readonly planned: string | null;
}

/** The targets that a wave's VMs go to, by the plan or by the wave file as it was, sorted. */
export function placesOf(plan: Plan, wave: string, written: WaveFile | null): Place[] {
  const entry = plan.waves[wave];
  const planned = Object.values(entry?.vms ?? {}).flatMap(
    (vm) => vm.target ?? entry?.defaults?.target ?? entry?.target ?? [],
  );
  const before = written === null ? [] : entriesOf(written).map((entry) => entry.target);
  return [...new Set([...planned, ...before])]
    .sort()
    .map((target) => ({
      target,
      was: written?.targets[target]?.cloud ?? null,
      planned: plan.targets[target]?.cloud ?? null,
    }))
    .filter((place) => place.was !== null || place.planned !== null);
}

/**
 * Reads what each of a wave's targets offers, side by side. A target that the plan no longer has, or has in another
 * cloud now, is still read where the wave file says while the stack has anything there: looked for in the wrong cloud,
 * VMs that have begun would seem to be new ones.
 * @throws {CloudError} when one of them does not answer or does not let us in.
 */
export async function readOffers(
  plan: Plan,
  wave: string,
  written: WaveFile | null,
  stack: string,
  read: (cloud: string, target: string) => Promise<CloudOffer> = readCloud,
): Promise<ReadonlyMap<string, CloudOffer>> {
  const offers = await Promise.all(
    placesOf(plan, wave, written).map(async (place): Promise<readonly [string, CloudOffer][]> => {
      const offer = await readPlace(place, stack, read);
      return offer === null ? [] : [[place.target, offer]];
    }),
  );
  return new Map(offers.flat());
}

async function readPlace(
  { target, was, planned }: Place,
  stack: string,
  read: (cloud: string, target: string) => Promise<CloudOffer>,
): Promise<CloudOffer | null> {
  const from = async (cloud: string): Promise<CloudOffer> => ({ ...(await read(cloud, target)), cloud });
  if (was !== null && was !== planned) {
    try {
      const offer = await from(was);
      if (planned === null || begunVms(new Map([[target, offer]]), stack).size > 0) return offer;
    } catch (error) {
      // The entry may have been given another name in clouds.yaml.
      if (!(error instanceof CloudConfigError) || planned === null) throw error;
    }
  }
  return planned === null ? null : from(planned);
}

async function readCloud(cloud: string, target: string): Promise<CloudOffer> {
  const client = await connect(readCloudEntry(cloud));
  try {
    return await readOffer(client, target);
  } finally {
    await client.close();
  }
}
