import { type CheckedFile, throwFaults } from "./checked-file.ts";
import { checkEstateFile, estateKeys } from "./estate-file.ts";
import type { Fault } from "./fault.ts";
import { nearest } from "./known-keys.ts";
import { checkPlanFile, checkPlanOfWave, type CheckedPlan } from "./plan-file.ts";
import type { EstateVm } from "./schema/estate.ts";
import type { Phase, Plan, Wave } from "./schema/plan.ts";
import type { WaveFile } from "./schema/wave.ts";
import { checkWaveFile } from "./wave-file.ts";

/** Everything that planning a wave reads from files. */
export interface WaveInputs {
  readonly plan: Plan;
  /** The wave's VMs by key. */
  readonly estate: ReadonlyMap<string, EstateVm>;
  /** The wave file as it is, null when there is none yet. */
  readonly previous: WaveFile | null;
}

/** Reads the plan with all its waves. @throws {FaultsError} with all its faults. */
export async function loadPlan(file: string): Promise<Plan> {
  const plan = await checkPlanFile(file);
  throwFaults([plan]);
  return planOf(file, plan);
}

/** Reads a wave file. @throws {FaultsError} with all its faults. */
export async function loadWaveFile(file: string): Promise<WaveFile> {
  return valueOf(await checkWaveFile(file));
}

/**
 * Reads the facts of the VMs of these keys, or of all. Only their files are opened.
 * @throws {FaultsError} with the faults of all of them.
 */
export async function loadEstate(folder: string, keys?: readonly string[]): Promise<ReadonlyMap<string, EstateVm>> {
  const wanted = keys === undefined ? await estateKeys(folder) : { keys, faults: [] };
  const files = await readAll(folder, wanted.keys);
  throwFaults(files, wanted.faults);
  return byKey(files);
}

/**
 * Reads the plan (of its waves this one only), the facts of one wave's VMs and its wave file (null: there is none).
 * @throws {FaultsError} with the faults of all files at once.
 */
export async function loadWaveInputs(
  planFile: string,
  estateFolder: string,
  waveName: string,
  waveFile: string | null,
): Promise<WaveInputs> {
  const plan = await checkPlanOfWave(planFile, waveName);
  const previous = waveFile === null ? null : await checkWaveFile(waveFile);
  const wave =
    plan.value !== null && Object.hasOwn(plan.value.waves, waveName) ? plan.value.waves[waveName] : undefined;
  const keys = Object.keys(wave?.vms ?? {});
  const files = await readAll(estateFolder, keys);
  const there = files.filter((file) => !isMissing(file));
  const missing = keys.filter((_, index) => isMissing(files[index]));
  // A VM that was planned before may have begun, and its resume must not fail here: the rule vm.no-facts judges it.
  const planned = new Set([...(previous?.value?.vms ?? []), ...(previous?.value?.images ?? [])].map(({ key }) => key));
  const needed = missing.filter((key) => wave !== undefined && needsFacts(wave, key) && !planned.has(key));
  const faults = await missingFaults(plan, estateFolder, waveName, needed);
  throwFaults([plan, ...(previous === null ? [] : [previous]), ...there], faults);
  return { plan: planOf(planFile, plan), estate: byKey(there), previous: previous === null ? null : valueOf(previous) };
}

function planOf(file: string, { value }: CheckedPlan): Plan {
  // A plan has a value or faults; both missing would be a mistake in this program.
  if (value === null) throw new Error(`${file}: neither value nor fault`);
  return value;
}

function valueOf<T>(file: CheckedFile<T>): T {
  throwFaults([file]);
  // checkText gives a value or faults; both missing would be a mistake in this program.
  if (file.value === null) throw new Error(`${file.file}: neither value nor fault`);
  return file.value;
}

async function readAll(folder: string, keys: readonly string[]): Promise<CheckedFile<EstateVm>[]> {
  const files: CheckedFile<EstateVm>[] = [];
  // One after the other: 50 small files take milliseconds, and 5,000 at once would need as many file handles.
  for (const key of keys) files.push(await checkEstateFile(folder, key));
  return files;
}

function byKey(files: readonly CheckedFile<EstateVm>[]): ReadonlyMap<string, EstateVm> {
  return new Map(files.flatMap(({ value }) => (value === null ? [] : [[value.key, value]])));
}

/** Rolled back and accepted VMs need no facts: their source may be gone. */
function needsFacts(wave: Wave, key: string): boolean {
  const phase: Phase = wave.vms[key]?.phase ?? wave.defaults?.phase ?? "cutover";
  return phase === "precopy" || phase === "cutover";
}

function isMissing(file: CheckedFile<EstateVm> | undefined): boolean {
  return file?.faults[0]?.value === "not there";
}

/** The fault stands in the plan, which names a VM that the estate does not have. */
async function missingFaults(
  plan: CheckedPlan,
  folder: string,
  wave: string,
  keys: readonly string[],
): Promise<Fault[]> {
  const fault = plan.faultAt;
  if (fault === null || keys.length === 0) return [];
  const known = await estateKeys(folder);
  return keys.map((key) => {
    const meant = nearest(key, known.keys);
    const advice = meant === null ? "read the inventory again, or take the VM out" : `did you mean ${meant}?`;
    return fault(["waves", wave, "vms", key], `a VM of the estate (${folder}/${key}.json)`, advice, "key");
  });
}
