import Table from "cli-table3";
import type { ThroughputModel } from "../../inventory/schema/throughput.ts";

/** Seconds for people: "3 h 20 min". */
export function shownDuration(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
}

export const shownTiB = (bytes: number): string => (bytes / 2 ** 40).toFixed(2);

/** What the estimates rest on. */
export function shownModel(model: ThroughputModel): string {
  return (
    `Estimates: ${model.diskMiBPerSecond} MiB/s a disk, ${model.esxiHostMiBPerSecond} an ESXi host ` +
    `(${model.vmsAtOncePerEsxiHost} VMs at once), ${model.datastoreMiBPerSecond} a datastore, ` +
    `${model.totalMiBPerSecond} all conversion hosts (${model.disksAtOnce} disks at once); verification ` +
    `${Math.round(model.verifyShare * 100)} % of the copy, ${model.minutesPerVm} min a VM beside it. ` +
    "Change them in plan.yaml: throughput."
  );
}

export function table(head: string[], rows: readonly (readonly (string | number)[])[]): string {
  const made = new Table({ head, style: { head: [], border: [], compact: true } });
  for (const row of rows) made.push([...row]);
  return made.toString();
}
