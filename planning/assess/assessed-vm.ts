import type { ComplexityModel } from "../../inventory/schema/complexity.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import type { Concern } from "../../inventory/schema/wave.ts";
import { type Complexity, complexityOf } from "../complexity.ts";
import { estimate } from "../estimate.ts";
import { osName } from "../os-level.ts";

/** A concern of an assessed VM. */
export interface AssessedConcern extends Concern {
  /** The plan waives it; `overridden` says why. It counts as nothing but is shown. */
  readonly waived: boolean;
}

/** Worst category of a VM's concerns; `waived`: nothing but waived ones; `none`: no concern. */
export const worstCategories = ["Critical", "Warning", "Information", "waived", "none"] as const;
export type WorstCategory = (typeof worstCategories)[number];

/** One row of the assessment. */
export interface AssessedVm {
  readonly key: string;
  /** Name at the source: any text. */
  readonly name: string;
  readonly datacenter: string | null;
  readonly cluster: string | null;
  readonly esxiHost: string | null;
  readonly folder: string | null;
  readonly tags: readonly string[];
  /** For people; null when the source does not tell. */
  readonly os: string | null;
  readonly powerState: EstateVm["powerState"];
  readonly template: boolean;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly disks: number;
  readonly capacityBytes: number;
  /** The same without disks that a VM before it (by key) has as well: what totals add up. */
  readonly countedBytes: number;
  /** null: unknown of at least one disk. */
  readonly usedBytes: number | null;
  /** Wave of the plan that it is in; null: in none. */
  readonly wave: string | null;
  readonly worst: WorstCategory;
  readonly concerns: readonly AssessedConcern[];
  readonly complexity: Complexity;
  /** How long it takes when it migrates alone. */
  readonly estimateSeconds: number;
}

export interface AssessModels {
  readonly throughput: ThroughputModel;
  readonly complexity: ComplexityModel;
}

export function assessedVm(
  vm: EstateVm,
  wave: string | null,
  concerns: readonly AssessedConcern[],
  models: AssessModels,
): AssessedVm {
  const { key, name, datacenter, cluster, esxiHost, folder, tags, powerState, template, cpus, memoryMiB, disks } = vm;
  const own = disks.filter(({ sharedWith }) => sharedWith.every((other) => key < other));
  const counting = concerns.filter(({ waived }) => !waived);
  return {
    ...{
      key,
      name,
      datacenter,
      cluster,
      esxiHost,
      folder,
      tags,
      os: osName(vm),
      powerState,
      template,
      cpus,
      memoryMiB,
    },
    disks: disks.length,
    capacityBytes: capacityOf(disks),
    countedBytes: capacityOf(own),
    usedBytes: disks.some(({ usedBytes }) => usedBytes === null)
      ? null
      : disks.reduce((sum, { usedBytes }) => sum + (usedBytes ?? 0), 0),
    ...{ wave, worst: worstOf(concerns), concerns },
    complexity: complexityOf(vm, counting, models.complexity),
    estimateSeconds: estimate([vm], models.throughput).seconds,
  };
}

const capacityOf = (disks: EstateVm["disks"]): number =>
  disks.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0);

function worstOf(concerns: readonly AssessedConcern[]): WorstCategory {
  const found = new Set(concerns.map(({ category, waived }) => (waived ? "waived" : category)));
  return worstCategories.find((category) => category !== "none" && found.has(category)) ?? "none";
}
