import type { Concern, WaveFile } from "../inventory/schema/wave.ts";
import { compareText } from "../inventory/order.ts";
import { decisionsOf, type Decided } from "./drift-decisions.ts";
import { imageDecisionsOf } from "./drift-images.ts";
import { entriesOf, type WaveEntry } from "./wave-entries.ts";

/** One decision that would be another today than the wave file says. */
export interface Difference {
  readonly vm: string;
  /** What is decided: flavor, "disk 2000 volume type", ...; "" for the VM as a whole. */
  readonly what: string;
  /** null: not there. */
  readonly before: string | null;
  readonly after: string | null;
  /** Why it is another now. */
  readonly note: string;
  /** true: OpenStack could only apply it by replacing the volume, port or server, so it is not applied once begun. */
  readonly forceNew: boolean;
}

/** Differences between the wave file as written and as it would be written now, sorted by VM and decision. */
export function drift(written: WaveFile, recomputed: WaveFile): Difference[] {
  const before = new Map(entriesOf(written).map((vm) => [vm.key, vm]));
  const after = new Map(entriesOf(recomputed).map((vm) => [vm.key, vm]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort(compareText)
    .flatMap((key) => vmDrift(key, before.get(key), after.get(key)));
}

/**
 * Drift as concerns of preview: nothing changes until the wave is planned again. What cannot come to a VM that has begun
 * is not among it (planning/keep-begun.ts): the rule plan.not-applied tells that.
 */
export function driftConcerns(differences: readonly Difference[]): Concern[] {
  return differences.map((difference) => ({
    id: "plan.drift",
    category: "Information",
    label: "Decision would be another now",
    assessment: `${formatDifference(difference)}: is applied when the wave is planned again (wavelift plan)`,
    vm: difference.vm,
  }));
}

function vmDrift(vm: string, before: WaveEntry | undefined, after: WaveEntry | undefined): Difference[] {
  if (before !== undefined && after !== undefined) return differencesOf(before, after);
  const [was, is] = [before === undefined ? null : "in the wave file", after === undefined ? null : "planned"];
  return [{ vm, what: "", before: was, after: is, note: "", forceNew: false }];
}

const decidedOf = (entry: WaveEntry): ReadonlyMap<string, Decided> =>
  "disk" in entry ? imageDecisionsOf(entry) : decisionsOf(entry);

/** Differences between two entries of one VM, sorted by decision. */
export function differencesOf(before: WaveEntry, after: WaveEntry): Difference[] {
  const [was, is] = [decidedOf(before), decidedOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort(compareText)
    .filter((what) => was.get(what)?.text !== is.get(what)?.text)
    .map((what) => ({
      vm: before.key,
      what,
      before: was.get(what)?.text ?? null,
      after: is.get(what)?.text ?? null,
      note: what === "flavor" && isSmaller(before, after) ? "new smaller flavor" : (is.get(what)?.reason ?? ""),
      forceNew: (was.get(what) ?? is.get(what))?.forceNew ?? false,
    }));
}

/** Smaller in the order of planning/flavor.ts. */
function isSmaller(was: WaveEntry, is: WaveEntry): boolean {
  if (!("flavor" in was) || !("flavor" in is)) return false;
  const [before, after] = [was.flavor, is.flavor];
  return after.vcpus * after.memoryMiB < before.vcpus * before.memoryMiB;
}

/** One line: "web01 flavor: m1.small 1 x 2048 -> m1.tiny 1 x 512 (new smaller flavor)". */
export function formatDifference({ vm, what, before, after, note }: Difference): string {
  const subject = what === "" ? vm : `${vm} ${what}`;
  return `${subject}: ${before ?? "none"} -> ${after ?? "none"}${note === "" ? "" : ` (${note})`}`;
}
