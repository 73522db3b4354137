import type { ComplexityModel } from "../inventory/schema/complexity.ts";
import type { ThroughputModel } from "../inventory/schema/throughput.ts";

/** The figures that estimates rest on, by their names in the plan. */
export function throughputExplained(model: ThroughputModel): string {
  return Object.entries(model)
    .map(([name, figure]) => `${name} ${String(figure)}`)
    .join(", ");
}

/** How the score comes about, with the figures in use. */
export function scoreExplained(model: ComplexityModel): string {
  const { os, diskTiersTiB, criticalPoints, warningPoints, levels } = model;
  const tiers = diskTiersTiB.map((tier, index) => `${index + 1} up to ${tier} TiB`);
  return [
    `operating system (${os.easy} easy, ${os.medium} medium, ${os.hard} hard, ${os.whiteGlove} white glove, ${os.unknown} unknown)`,
    `disks (${[...tiers, `${tiers.length + 1} above`].join(", ")})`,
    `${criticalPoints} for each kind of Critical concern`,
    `${warningPoints} for each kind of Warning`,
  ]
    .join(" + ")
    .concat(`; up to ${levels[0]} is low, up to ${levels[1]} medium, up to ${levels[2]} high, above very high`);
}
