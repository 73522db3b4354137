import { shown } from "../../inventory/shown.ts";
import type { AssessedVm } from "../../planning/assess/assessed-vm.ts";
import { sizeOf } from "../../planning/assess/totals.ts";
import type { Rule } from "../../planning/concerns/rule.ts";
import type { AssessData, PageVm } from "./data.ts";

/** Characters of a name that a page shows. */
const longestName = 120;
const longestText = 2000;

/** The rows of the page, and of each concern that occurs why it matters. */
export function pageData(vms: readonly AssessedVm[], rules: readonly Pick<Rule, "id" | "why">[]): AssessData {
  const whys = new Map(rules.map(({ id, why }) => [id, why]));
  const labels = new Map(vms.flatMap(({ concerns }) => concerns.map(({ id, label }) => [id, label])));
  return {
    rules: Object.fromEntries(
      [...labels].map(([id, label]) => [
        id,
        { label: shown(label, longestName), why: shown(whys.get(id) ?? "", longestText) },
      ]),
    ),
    vms: vms.map(pageVm),
  };
}

function pageVm(vm: AssessedVm): PageVm {
  const { key, cpus, memoryMiB, disks, capacityBytes, usedBytes, wave, worst, complexity, estimateSeconds } = vm;
  const named = (text: string | null): string | null => (text === null ? null : shown(text, longestName));
  return {
    ...{ key, cpus, memoryMiB, disks, capacityBytes, usedBytes, wave, worst, complexity, estimateSeconds },
    name: shown(vm.name, longestName),
    ...{ cluster: named(vm.cluster), esxiHost: named(vm.esxiHost), folder: named(vm.folder), os: named(vm.os) },
    power: vm.template ? "template" : { poweredOn: "on", poweredOff: "off", suspended: "suspended" }[vm.powerState],
    tags: vm.tags.map((tag) => shown(tag, longestName)).join(", "),
    size: sizeOf(vm),
    concerns: vm.concerns.map(({ id, category, original, assessment, overridden, waived }) => ({
      ...{ id, category: waived ? "waived" : category, assessment: shown(assessment, longestText) },
      original: original === undefined || original === category ? null : original,
      reason: overridden === undefined ? null : shown(overridden, longestText),
    })),
  };
}
