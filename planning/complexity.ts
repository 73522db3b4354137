import type { ComplexityModel, OsLevel } from "../inventory/schema/complexity.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { Concern } from "../inventory/schema/wave.ts";
import { osLevel } from "./os-level.ts";

/** Levels from the easiest on. */
export const complexityLevels = ["low", "medium", "high", "very high"] as const;
export type ComplexityLevel = (typeof complexityLevels)[number];

/** How hard a VM is to migrate, and what that is made of. */
export interface Complexity {
  readonly score: number;
  readonly level: ComplexityLevel;
  readonly os: OsLevel;
  readonly osPoints: number;
  readonly diskPoints: number;
  readonly concernPoints: number;
}

/**
 * Points of the operating system + of the disks' capacity + of each kind of concern (a kind counts once, in its worst
 * category, however many disks it is found on). The plan's changes of categories count; waived concerns are Information.
 */
export function complexityOf(
  vm: EstateVm,
  concerns: readonly Pick<Concern, "id" | "category">[],
  model: ComplexityModel,
): Complexity {
  const os = osLevel(vm, model);
  const tib = vm.disks.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0) / 2 ** 40;
  const diskPoints = 1 + model.diskTiersTiB.filter((tier) => tib > tier).length;
  const idsOf = (category: Concern["category"]): Set<string> =>
    new Set(concerns.filter((concern) => concern.category === category).map(({ id }) => id));
  const critical = idsOf("Critical");
  const warnings = [...idsOf("Warning")].filter((id) => !critical.has(id));
  const concernPoints = critical.size * model.criticalPoints + warnings.length * model.warningPoints;
  const score = model.os[os] + diskPoints + concernPoints;
  const level = complexityLevels[model.levels.filter((highest) => score > highest).length] ?? "very high";
  return { score, level, os, osPoints: model.os[os], diskPoints, concernPoints };
}
