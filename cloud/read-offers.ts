import type { Plan } from "../inventory/schema/plan.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";
import { readCloudEntry } from "./clouds-yaml.ts";
import { connect } from "./client.ts";
import type { CloudOffer } from "./offer.ts";
import { readOffer } from "./read-offer.ts";

/** Names of the targets that a wave's VMs go to, by the plan or by the wave file as it was. */
export function targetsOf(plan: Plan, wave: string, written: WaveFile | null): string[] {
  const entry = plan.waves[wave];
  const planned = Object.values(entry?.vms ?? {}).flatMap(
    (vm) => vm.target ?? entry?.defaults?.target ?? entry?.target ?? [],
  );
  const before = written?.vms.map((vm) => vm.target) ?? [];
  return [...new Set([...planned, ...before])].filter((target) => target in plan.targets).sort();
}

/**
 * Reads what each of a wave's targets offers, side by side.
 * @throws {CloudError} when one of them does not answer or does not let us in.
 */
export async function readOffers(
  plan: Plan,
  wave: string,
  written: WaveFile | null,
): Promise<ReadonlyMap<string, CloudOffer>> {
  const offers = await Promise.all(
    targetsOf(plan, wave, written).map(async (target): Promise<readonly [string, CloudOffer]> => {
      const client = await connect(readCloudEntry(plan.targets[target]?.cloud ?? target));
      try {
        return [target, await readOffer(client, target)];
      } finally {
        await client.close();
      }
    }),
  );
  return new Map(offers);
}
