import type { Concern } from "../inventory/schema/wave.ts";
import { shown } from "../inventory/shown.ts";

/** One line a concern: `web01: Snapshot present [snapshot.present]: ...`, with what the plan says of it. */
export function formatConcerns(concerns: readonly Concern[]): string[] {
  return concerns.map((concern) => {
    const { vm, label, id, assessment } = concern;
    return `${vm ?? "wave"}: ${label} [${id}]: ${assessment}${changeOf(concern)}`;
  });
}

/** A waived one names its reason in its text already. */
function changeOf({ category, original, overridden, assessment }: Concern): string {
  if (overridden === undefined || assessment.endsWith(`(waived: ${shown(overridden, 200)})`)) return "";
  const from = original === undefined || original === category ? "" : `was ${original}: `;
  return ` (plan: ${from}${shown(overridden, 200)})`;
}

/** Why a run stops: the Critical concerns, and the way on. */
export function formatStop(wave: string, stopped: readonly Concern[]): string {
  const vms = [...new Set(stopped.flatMap((concern) => concern.vm ?? []))];
  const way =
    vms.length > 0
      ? `Mend them and run \`wavelift plan ${wave}\`, or leave these VMs out for now (exclude: [${vms.join(", ")}]): the others go.`
      : `Mend them and run \`wavelift plan ${wave}\`.`;
  return [
    `Wave ${wave} is stopped by ${stopped.length} Critical concern(s):`,
    ...formatConcerns(stopped).map((line) => `  ${line}`),
    way,
  ].join("\n");
}

/** What is left out of a run that goes on with the VMs that have begun. */
export function formatLeftOut(wave: string, stopped: readonly Concern[]): string {
  return [
    `Wave ${wave}: ${stopped.length} Critical concern(s). What has begun goes on; what has not is left out of this run:`,
    ...formatConcerns(stopped).map((line) => `  ${line}`),
    `Mend them and run \`wavelift plan ${wave}\`.`,
  ].join("\n");
}
