import { type CheckedFile, checkFile, type FaultAt, faultAt, type FileKind } from "./checked-file.ts";
import type { Fault } from "./fault.ts";
import { checkPlan } from "./plan-checks.ts";
import {
  faultsByWave,
  readWavePlan,
  readWavePlansWith,
  type WavePlanFile,
  wavePlanNames,
  wavePlanVmOf,
} from "./plan-waves.ts";
import { own } from "./own.ts";
import { Plan, type Wave } from "./schema/plan.ts";

/** `inventory/plan.yaml` alone; references are checked when the waves' own files are there. */
export const planHeadKind: FileKind<Plan> = {
  schema: Plan,
  vmOf: ([waves, , vms, key]) => (waves === "waves" && vms === "vms" && key !== undefined ? String(key) : null),
  check: () => [],
};

/** The plan with all its faults: its head (plan.yaml) and the waves that were asked for. */
export interface CheckedPlan {
  /** null when plan.yaml does not fit its schema. A wave whose own file does not is missing in it. */
  readonly value: Plan | null;
  readonly faults: readonly Fault[];
  /** For faults that need more than the plan; null when nothing could be parsed. */
  readonly faultAt: FaultAt | null;
}

/** Reads the plan with all its waves. */
export async function checkPlanFile(file: string): Promise<CheckedPlan> {
  const { names, faults } = await wavePlanNames(file);
  const waves: WavePlanFile[] = [];
  for (const name of names) waves.push(await readWavePlan(file, name));
  return mergePlan(await checkFile(file, planHeadKind), waves, faults);
}

/**
 * Reads the plan with one wave, and with those that hold a VM of it, too: no others, so that it costs the same however
 * many there are. Where there is no such wave, all are read, so that one can say which there are.
 */
export async function checkPlanOfWave(file: string, wave: string): Promise<CheckedPlan> {
  const { names } = await wavePlanNames(file);
  const head = await checkFile(file, planHeadKind);
  const written = own(head.value?.waves, wave);
  if (written === undefined && !names.includes(wave)) return checkPlanFile(file);
  const mine = names.includes(wave) ? [await readWavePlan(file, wave)] : [];
  const keys = [written, ...mine.map(({ checked }) => checked.value)].flatMap((one) => Object.keys(one?.vms ?? {}));
  const others = names.filter((name) => name !== wave);
  return mergePlan(head, [...mine, ...(await readWavePlansWith(file, others, keys))], []);
}

/** The plan of its head and of the waves' own files. Pure. */
export function mergePlan(
  head: CheckedFile<Plan>,
  waves: readonly WavePlanFile[],
  faults: readonly Fault[],
): CheckedPlan {
  const ofHead = head.document === null ? null : faultAt(head.document, planHeadKind.vmOf);
  const all = [...head.faults, ...waves.flatMap(({ checked }) => checked.faults), ...faults];
  if (head.value === null || ofHead === null) return { value: null, faults: all, faultAt: null };
  const written = head.value.waves;
  const twice = waves.filter(({ name }) => Object.hasOwn(written, name));
  const whole: Plan = { ...head.value, waves: { ...written, ...wavesOf(waves) } };
  const documents = waves.flatMap(({ name, checked: { document } }) =>
    document === null ? [] : [[name, faultAt(document, wavePlanVmOf)] as const],
  );
  const faultOf = faultsByWave(ofHead, new Map(documents));
  const found = [
    ...all,
    ...twice.map(({ name, checked }) =>
      ofHead(["waves", name], `the wave once: it is also in ${checked.file}`, "remove one of the two", "key"),
    ),
    ...checkPlan(whole, faultOf),
  ];
  return { value: whole, faults: found, faultAt: faultOf };
}

function wavesOf(files: readonly WavePlanFile[]): Record<string, Wave> {
  return Object.fromEntries(
    files.flatMap(({ name, checked: { value } }) => (value === null ? [] : [[name, value] as const])),
  );
}
