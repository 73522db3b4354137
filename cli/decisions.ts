import Table from "cli-table3";
import { shown } from "../inventory/shown.ts";
import type { PlannedImage, WaveFile } from "../inventory/schema/wave.ts";
import { entriesOf, type WaveEntry } from "../planning/wave-entries.ts";

/** Characters of a cell: the values are names of the source and of the cloud. */
const LONGEST = 1000;

/** A decision and why it was made. */
export interface Decision {
  readonly what: string;
  readonly value: string;
  readonly why: string;
}

/** Everything that was decided for a VM, in the order in which a reviewer asks. */
export function decisionsOf(vm: WaveEntry): { readonly vm: string; readonly decisions: readonly Decision[] } {
  if ("disk" in vm) return { vm: vm.key, decisions: imageDecisions(vm) };
  const properties = Object.entries(vm.imageProperties).map(([name, value]) => `${name}=${value}`);
  return {
    vm: vm.key,
    decisions: [
      { what: "server", value: vm.boot ? vm.name : `${vm.name} (not booted)`, why: vm.bootReason },
      { what: "flavor", value: vm.flavor.name, why: vm.flavor.reason },
      ...vm.disks.map((disk) => ({
        what: disk.bootIndex === 0 ? "boot disk" : "disk",
        value: `${disk.label}: ${disk.sizeGiB} GiB ${disk.volumeType}`,
        why: disk.bootIndex === 0 ? `${vm.bootDiskReason}; ${disk.volumeTypeReason}` : disk.volumeTypeReason,
      })),
      ...vm.nics.map((nic) => ({
        what: "port",
        value: `${nic.networkName} ${nic.fixedIps.map((ip) => ip.ipAddress).join(" ") || "no address"} ${nic.macAddress ?? "MAC from Neutron"}`,
        why: nic.reason,
      })),
      { what: "hardware", value: properties.join(" "), why: vm.imagePropertiesReason },
    ],
  };
}

function imageDecisions(image: PlannedImage): readonly Decision[] {
  const { name, visibility, disk, leftOutDisks, minDiskGiB, minRamMiB, imageProperties } = image;
  const marks = [visibility, ...(image.protected ? ["protected"] : [])].join(", ");
  const properties = Object.entries(imageProperties).map(([key, value]) => `${key}=${value}`);
  return [
    { what: "image", value: `${name} (${marks})`, why: "a template at the source" },
    { what: "disk", value: `${disk.label}: ${disk.capacityBytes} bytes`, why: image.diskReason },
    ...(leftOutDisks.length === 0
      ? []
      : [{ what: "left out", value: leftOutDisks.join(", "), why: "image: {otherDisks: ignore} in the plan" }]),
    { what: "servers", value: `from ${minDiskGiB} GiB disk, ${minRamMiB} MiB memory`, why: "any flavor with as much" },
    { what: "hardware", value: properties.join(" "), why: image.imagePropertiesReason },
  ];
}

/** The decisions of a wave as a table for people. */
export function decisionTable(file: WaveFile): string {
  const width = Math.min(process.stdout.columns > 0 ? process.stdout.columns : 160, 200);
  const why = Math.max(24, width - 12 - 12 - 46 - 5);
  const table = new Table({
    head: ["VM", "what", "decision", "why"],
    colWidths: [14, 12, 46, why],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const vm of entriesOf(file))
    decisionsOf(vm).decisions.forEach(({ what, value, why: reason }, row) => {
      table.push([row === 0 ? vm.key : "", what, shown(value, LONGEST), shown(reason, LONGEST)]);
    });
  return table.toString();
}
