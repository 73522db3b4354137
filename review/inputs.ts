import path from "node:path";
import { existsSync } from "node:fs";
import { project } from "../cli/project.ts";
import { readOffers } from "../cloud/read-offers.ts";
import type { CloudOffer } from "../cloud/offer.ts";
import { loadWaveInputs } from "../inventory/load.ts";
import { settingsForServer } from "../inventory/vsphere/source-settings.ts";
import type { PoolSpaces } from "../planning/pool-space.ts";
import { readPoolSpaces } from "./pool-spaces.ts";
import { loadSources } from "../inventory/source-file.ts";
import type { SourceFacts } from "../inventory/schema/source.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";
import type { Rule } from "../planning/concerns/rule.ts";
import { loadOwnRules } from "./own-rules.ts";
import type { Live } from "../planning/live.ts";
import { pluginLookups } from "./plugin-lookups.ts";
import { readLive } from "./read-live.ts";

/** All that the decisions of a wave rest on. */
export interface ReviewInputs {
  readonly plan: Plan;
  readonly estate: ReadonlyMap<string, EstateVm>;
  readonly offers: ReadonlyMap<string, CloudOffer>;
  /** The wave file as it is in git; null before the first `wavelift plan`. */
  readonly written: WaveFile | null;
  /** What the sources say of themselves (hosts, clusters, datastores). */
  readonly sources: readonly SourceFacts[];
  /** What the wave's VMs are at their vCenter just now, where sources.yaml has it. */
  readonly live: Live;
  /** Space of the targets' pools, where only the conversion host can tell. */
  readonly storage: PoolSpaces;
  /** Rules of the operators. */
  readonly rules: readonly Rule[];
}

/** Where the plan is. */
export const planPath = (inventory: string): string => path.join(inventory, "plan.yaml");

/** Where a wave's file is. */
export const waveFilePath = (inventory: string, wave: string): string => path.join(inventory, "waves", `${wave}.json`);

/**
 * Reads plan, estate (the wave's VMs only), wave file, the operators' own rules, what the wave's targets offer, what its
 * vCenter says now, and the space of the targets' pools.
 * @param stack project/stack, for example wavelift/wave1
 * @throws {FaultsError} with every fault of the files; {CloudError} when a cloud does not answer.
 */
export async function readInputs(
  inventory: string,
  wave: string,
  stack: string,
  progress: (message: string) => void = () => undefined,
): Promise<ReviewInputs> {
  const file = waveFilePath(inventory, wave);
  const {
    plan,
    estate,
    previous: written,
  } = await loadWaveInputs(planPath(inventory), path.join(inventory, "estate"), wave, existsSync(file) ? file : null);
  const { rules } = await loadOwnRules(inventory);
  const sources = await loadSources(path.join(inventory, "sources"));
  const settings = (server: string) => settingsForServer(server, process.env, project);
  // Side by side: each waits for its network.
  const [offers, live] = await Promise.all([
    readOffers(plan, wave, written, stack),
    readLive(plan, wave, estate, { settings, progress, lookups: pluginLookups }),
  ]);
  return { plan, estate, offers, written, sources, live, storage: await readPoolSpaces(offers), rules };
}
