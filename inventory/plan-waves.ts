import path from "node:path";
import { type CheckedFile, checkFile, checkText, type FaultAt, type FileKind } from "./checked-file.ts";
import type { Fault } from "./fault.ts";
import { namesIn } from "./names-in.ts";
import { readText } from "./read-text.ts";
import { WaveName } from "./schema/names.ts";
import { WavePlan } from "./schema/plan.ts";
import { wholeFileFault } from "./source-document.ts";

/**
 * Waves in files of their own: `plan/WAVE.yaml` beside `plan.yaml`. A wave is planned from its own file and the plan's
 * head alone, so that it costs the same in an estate of 5,000 VMs as in one of 50. `plan/archive/` is not read.
 */

/** `plan/WAVE.yaml`. */
export const wavePlanKind: FileKind<WavePlan> = {
  schema: WavePlan,
  vmOf: ([vms, key]) => (vms === "vms" && key !== undefined ? String(key) : null),
  check: () => [],
};

/** A wave's own file, read and checked against its schema. */
export interface WavePlanFile {
  readonly name: string;
  readonly checked: CheckedFile<WavePlan>;
}

/** Folder of the waves' own files. */
export const wavePlansFolder = (planFile: string): string => planFile.replace(/\.ya?ml$/, "");

/** Names of the waves that have a file of their own, sorted, and a fault for each file whose name is no wave's. */
export async function wavePlanNames(planFile: string): Promise<{ names: string[]; faults: Fault[] }> {
  const folder = wavePlansFolder(planFile);
  const files = (await namesIn(folder)).filter((name) => /\.ya?ml$/.test(name));
  const isGood = (file: string): boolean =>
    file.endsWith(".yaml") && WaveName.safeParse(file.slice(0, -".yaml".length)).success;
  const faults = files
    .filter((file) => !isGood(file))
    .map((file) =>
      wholeFileFault(
        path.join(folder, file),
        "such a name",
        "NAME.yaml, NAME being that of a wave (a-z, 0-9 and -)",
        "rename it, or move it to archive/",
      ),
    );
  return { names: files.filter(isGood).map((file) => file.slice(0, -".yaml".length)), faults };
}

/** Reads one wave's own file with its faults. */
export async function readWavePlan(planFile: string, name: string): Promise<WavePlanFile> {
  return { name, checked: await checkFile(wavePlanFile(planFile, name), wavePlanKind) };
}

/** Of these waves, those that hold one of these VMs, too. The others' files are looked through, not parsed. */
export async function readWavePlansWith(
  planFile: string,
  names: readonly string[],
  keys: readonly string[],
): Promise<WavePlanFile[]> {
  if (keys.length === 0) return [];
  // Keys are made of a-z, 0-9 and - only: nothing in them is special in a pattern. What is escaped (\x61) or too big to
  // look through is parsed.
  const mayHold = new RegExp(`\\\\|(?<![a-z0-9-])(?:${keys.join("|")})(?![a-z0-9-])`);
  const found: WavePlanFile[] = [];
  for (const name of names) {
    const file = wavePlanFile(planFile, name);
    const text = await readText(file);
    if (typeof text === "string" && mayHold.test(text))
      found.push({ name, checked: checkText(file, text, wavePlanKind) });
  }
  // One with faults stops its own wave, not this one.
  return found.filter(({ checked: { value } }) => value !== null && keys.some((key) => Object.hasOwn(value.vms, key)));
}

/** Tells a fault at `waves.NAME...` in the file where it stands: the wave's own, or the plan. */
export function faultsByWave(ofPlan: FaultAt, ofWaves: ReadonlyMap<string, FaultAt>): FaultAt {
  return (where, expected, advice, at) => {
    const [waves, name, ...rest] = where;
    const own = waves === "waves" && name !== undefined ? ofWaves.get(String(name)) : undefined;
    return own === undefined ? ofPlan(where, expected, advice, at) : own(rest, expected, advice, at);
  };
}

/** For faults of a wave's own file. */
export const wavePlanVmOf = wavePlanKind.vmOf;

/** File of a wave of its own. */
export const wavePlanFile = (planFile: string, name: string): string =>
  path.join(wavePlansFolder(planFile), `${name}.yaml`);
