import path from "node:path";
import { loadArchivedWaves } from "../../inventory/archived-waves.ts";
import { loadEstate, loadPlan } from "../../inventory/load.ts";
import { namesIn } from "../../inventory/names-in.ts";
import { loadSources } from "../../inventory/source-file.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { Plan, WavePlan } from "../../inventory/schema/plan.ts";
import type { SourceFacts } from "../../inventory/schema/source.ts";
import { planPath } from "../../review/inputs.ts";
import { project } from "../project.ts";

/** All that waves are made of. */
export interface WavesInputs {
  /** Absolute path of plan.yaml. */
  readonly planFile: string;
  readonly plan: Plan;
  readonly estate: ReadonlyMap<string, EstateVm>;
  readonly sources: readonly SourceFacts[];
  readonly archived: ReadonlyMap<string, WavePlan>;
  /** Names of waves that have a wave file. */
  readonly planned: ReadonlySet<string>;
}

const TELL_AFTER_MS = 2000;

/** The folder that a command line names, else the project's. */
export const inventoryFolder = (given?: string): string => path.resolve(given ?? path.join(project, "inventory"));

/**
 * Reads plan, estate, archive and the names of wave files; says so on stderr when it takes more than two seconds.
 * @throws {FaultsError} with the faults of the files
 */
export async function readWaves(inventory?: string): Promise<WavesInputs> {
  const folder = inventoryFolder(inventory);
  const planFile = planPath(folder);
  const telling = setTimeout(() => process.stderr.write(`Reading ${folder} ...\n`), TELL_AFTER_MS);
  try {
    const plan = await loadPlan(planFile);
    const archived = await loadArchivedWaves(planFile);
    const estate = await loadEstate(path.join(folder, "estate"));
    const sources = await loadSources(path.join(folder, "sources"));
    return { planFile, plan, estate, sources, archived, planned: await waveFiles(path.join(folder, "waves")) };
  } finally {
    clearTimeout(telling);
  }
}

async function waveFiles(folder: string): Promise<ReadonlySet<string>> {
  return new Set((await namesIn(folder, ".json")).map((name) => name.slice(0, -".json".length)));
}
