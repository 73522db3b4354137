import type { Concern, WaveFile } from "../inventory/schema/wave.ts";
import { entriesOf } from "./wave-entries.ts";
import { droppedVms, vmDropped } from "./concerns/vm-dropped.ts";
import { volumeLost } from "./concerns/volume-lost.ts";

/** What the gate lets through. Each list keeps the order of the concerns. */
export interface GateResult {
  /** Not empty: preview and up must not go on. */
  readonly stopped: Concern[];
  /** To be shown. Critical ones are here when their VM has begun: resume and rollback are never blocked. */
  readonly warnings: Concern[];
  readonly notes: Concern[];
}

/** Begun VMs that this very file drops and that no concern tells of: they were found in another file, or not at all. */
function missing(concerns: readonly Concern[], file: WaveFile, begun: ReadonlySet<string>): Concern[] {
  const { id, category, label } = vmDropped;
  return droppedVms(file, begun)
    .filter(({ vm }) => !concerns.some((concern) => concern.id === id && concern.vm === vm))
    .map(({ vm, assessment }) => ({ id, category, label, vm, assessment }));
}

type Verdict = keyof GateResult | "ignored";

/**
 * The one gate of preview and up. A Critical concern stops a VM that has not begun; absent and accepted VMs are not
 * checked; excluded ones stop nothing; one on the whole wave stops unless all of it has begun. A begun VM that is not
 * in the wave file stops all the same, whether a concern says so or not: going on would delete its server and volumes.
 */
export function gate(concerns: readonly Concern[], file: WaveFile, begun: ReadonlySet<string>): GateResult {
  const judged = [...concerns, ...missing(concerns, file, begun)].map((concern) => ({
    concern,
    verdict: verdictOn(concern, file, begun),
  }));
  const those = (wanted: Verdict): Concern[] =>
    judged.filter(({ verdict }) => verdict === wanted).map(({ concern }) => concern);
  return { stopped: those("stopped"), warnings: those("warnings"), notes: those("notes") };
}

function verdictOn({ id, vm: key, category }: Concern, file: WaveFile, begun: ReadonlySet<string>): Verdict {
  const vm = entriesOf(file).find((one) => one.key === key);
  // Going on would delete the volume of a VM that has begun, accepted or not.
  if (id === volumeLost.id) return "stopped";
  if (vm?.phase === "absent" || (vm?.phase === "accepted" && category === "Critical")) return "ignored";
  if (category === "Information" || vm?.exclude === true) return "notes";
  if (category === "Warning") return "warnings";
  const hasBegun = key === null ? allBegun(file, begun) : vm !== undefined && begun.has(vm.key);
  return hasBegun ? "warnings" : "stopped";
}

/** Whether every VM that the run would touch has begun. An empty wave has not. */
function allBegun(file: WaveFile, begun: ReadonlySet<string>): boolean {
  const going = entriesOf(file).filter(
    ({ phase, exclude }) => !exclude && (phase === "precopy" || phase === "cutover"),
  );
  return going.length > 0 && going.every(({ key }) => begun.has(key));
}
