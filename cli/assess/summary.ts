import { shown } from "../../inventory/shown.ts";
import type { AssessedVm, AssessModels } from "../../planning/assess/assessed-vm.ts";
import type { Group, Totals } from "../../planning/assess/totals.ts";
import { shownBytes, shownCount, shownDuration } from "../../report/amounts.ts";
import { scoreExplained, throughputExplained } from "../../report/explain-models.ts";

/** Groups of a kind that are named; the others are one sum. */
const mostGroups = 8;

/** Totals for people, a line each. */
export function summaryLines(totals: Totals, models: AssessModels, hasPlan: boolean): string[] {
  const { vms, disks, capacityBytes, cpus, memoryMiB, estimate } = totals;
  const memory = shownBytes(memoryMiB * 2 ** 20);
  const from = hasPlan ? "the plan's figures" : "the default figures, as there is no plan.yaml";
  return [
    `${shownCount(vms)} VM(s), ${shownCount(disks)} disks, ${shownBytes(capacityBytes)}, ${shownCount(cpus)} vCPUs, ${memory} of memory`,
    `by worst category: ${groups(totals.byCategory)}`,
    `by complexity: ${groups(totals.byComplexity)}`,
    `by size: ${groups(totals.bySize)}`,
    `by OS: ${groups(totals.byOs)}`,
    `by cluster: ${groups(totals.byCluster)}`,
    ...(totals.byConcern.length === 0 ? [] : ["concerns:"]),
    ...totals.byConcern.map(
      ({ id, label, category, vms }) =>
        `  ${category.padEnd(11)} ${shownCount(vms).padStart(5)} VM(s)  ${shown(id, 60)}: ${shown(label, 120)}`,
    ),
    `estimated duration, all side by side: ${shownDuration(estimate.seconds)} to read ${shownBytes(estimate.readBytes)} (slowest: ${shown(estimate.slowest, 200)})`,
    `  with ${from}: ${throughputExplained(models.throughput)}`,
    `score: ${scoreExplained(models.complexity)}`,
    "  both can be edited in plan.yaml: throughput, complexity",
  ];
}

function groups(all: readonly Group[]): string {
  const named = all.slice(0, mostGroups).map(({ name, vms, capacityBytes }) => entry(shown(name), vms, capacityBytes));
  const rest = all.slice(mostGroups);
  const sum = (of: (group: Group) => number): number => rest.reduce((total, group) => total + of(group), 0);
  if (rest.length > 0)
    named.push(
      entry(
        `${shownCount(rest.length)} others`,
        sum(({ vms }) => vms),
        sum((group) => group.capacityBytes),
      ),
    );
  return named.join(", ");
}

const entry = (name: string, vms: number, bytes: number): string => `${name} ${shownCount(vms)} (${shownBytes(bytes)})`;

/** Each concern with what was found and what to do, VM by VM. */
export function detailLines(vms: readonly AssessedVm[]): string[] {
  return vms.flatMap(({ key, name, concerns, complexity }) => {
    const { score, level, os, osPoints, diskPoints, concernPoints } = complexity;
    return [
      `${key}${name === key ? "" : ` (${shown(name)})`}: ${level}: ${score} = OS ${osPoints} (${os}) + disks ${diskPoints} + concerns ${concernPoints}`,
      ...concerns.map(({ category, original = category, id, label, assessment, overridden, waived }) => {
        const was = original === category ? "" : `was ${original}: `;
        const why = overridden === undefined ? "" : ` (plan: ${was}${shown(overridden, 400)})`;
        return `  ${waived ? "waived" : category}: ${shown(label, 120)} [${shown(id)}]: ${shown(assessment, 1000)}${why}`;
      }),
    ];
  });
}
