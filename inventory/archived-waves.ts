import path from "node:path";
import { checkFile, throwFaults } from "./checked-file.ts";
import { namesIn } from "./names-in.ts";
import { wavePlanKind, wavePlansFolder } from "./plan-waves.ts";
import type { WavePlan } from "./schema/plan.ts";

/** Folder of the archived waves: nothing but `wavelift waves` reads it. */
export const archiveFolder = (planFile: string): string => path.join(wavePlansFolder(planFile), "archive");

/**
 * The archived waves by name. Their VMs have been migrated: they must not be proposed again.
 * @throws {FaultsError} with the faults of all of them
 */
export async function loadArchivedWaves(planFile: string): Promise<ReadonlyMap<string, WavePlan>> {
  const folder = archiveFolder(planFile);
  const names = await namesIn(folder, ".yaml");
  const files = [];
  for (const name of names) files.push({ name: name.slice(0, -".yaml".length), checked: await archived(folder, name) });
  throwFaults(files.map(({ checked }) => checked));
  return new Map(files.flatMap(({ name, checked: { value } }) => (value === null ? [] : [[name, value] as const])));
}

const archived = (folder: string, name: string) => checkFile(path.join(folder, name), wavePlanKind);
