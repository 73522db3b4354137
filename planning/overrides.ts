import type { Plan, VmOverrides, Wave } from "../inventory/schema/plan.ts";

/** What the plan says of one VM of a wave, with the wave's defaults filled in. */
export interface Decisions extends VmOverrides {
  readonly target: string;
  readonly phase: NonNullable<VmOverrides["phase"]>;
  readonly generation: number;
  readonly exclude: boolean;
}

/** The VM's own words win over the wave's defaults; maps (image properties, concerns) are merged entry by entry. */
export function decisionsFor(wave: Wave, key: string): Decisions {
  const defaults: VmOverrides = wave.defaults ?? {};
  const vm = wave.vms[key] ?? {};
  return {
    ...defaults,
    ...vm,
    imageProperties: { ...defaults.imageProperties, ...vm.imageProperties },
    concerns: { ...defaults.concerns, ...vm.concerns },
    target: vm.target ?? defaults.target ?? wave.target,
    phase: vm.phase ?? defaults.phase ?? "cutover",
    generation: vm.generation ?? defaults.generation ?? 1,
    exclude: (vm.exclude ?? defaults.exclude ?? false) || wave.exclude.includes(key),
  };
}

/** Keys of the other waves of the plan that hold this VM too. */
export function otherWaves(plan: Plan, wave: string, key: string): string[] {
  return Object.entries(plan.waves)
    .filter(([name, { vms }]) => name !== wave && Object.hasOwn(vms, key))
    .map(([name]) => name)
    .sort();
}
