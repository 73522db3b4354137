import { shown } from "../../inventory/shown.ts";
import type { AssessedVm } from "../../planning/assess/assessed-vm.ts";
import { toCsv } from "../csv.ts";

const heads = [
  ...[
    "key",
    "name",
    "datacenter",
    "cluster",
    "host",
    "folder",
    "tags",
    "operating system",
    "power",
    "template",
    "wave",
  ],
  ...["CPUs", "memory MiB", "disks", "capacity bytes", "used bytes", "worst concern", "score", "complexity"],
  ...["duration minutes", "concerns"],
];

/** A line a VM, for a spreadsheet. What is not known is empty. */
export function assessCsv(vms: readonly AssessedVm[]): string {
  return toCsv([
    heads,
    ...vms.map((vm) => [
      ...[
        vm.key,
        shown(vm.name, 1000),
        vm.datacenter,
        vm.cluster,
        vm.esxiHost,
        vm.folder,
        vm.tags.join("; "),
        vm.os,
      ].map((text) => (text === null ? null : shown(text, 1000))),
      ...[vm.powerState, vm.template ? "yes" : "no", vm.wave],
      ...[vm.cpus, vm.memoryMiB, vm.disks, vm.capacityBytes, vm.usedBytes, vm.worst],
      ...[vm.complexity.score, vm.complexity.level, Math.ceil(vm.estimateSeconds / 60)],
      [...new Set(vm.concerns.map(({ id, category, waived }) => `${waived ? "waived" : category}: ${id}`))].join("; "),
    ]),
  ]);
}
