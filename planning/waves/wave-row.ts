import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { Phase, Wave } from "../../inventory/schema/plan.ts";
import type { ThroughputModel } from "../../inventory/schema/throughput.ts";
import { type Estimate, estimate } from "../estimate.ts";
import { decisionsFor } from "../overrides.ts";
import { bootChain } from "./boot-chain.ts";
import { merged, partsOf } from "./part.ts";

/** A wave in a few figures. */
export interface WaveRow {
  readonly wave: string;
  readonly description: string | null;
  readonly vms: number;
  readonly disks: number;
  /** What the target must hold. */
  readonly capacityBytes: number;
  /** VMs by phase. */
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  /** VMs left out for now. */
  readonly excluded: number;
  /** VMs without facts in the estate. */
  readonly unknown: number;
  /** Of what is still to be migrated: VMs that are accepted, absent or left out are not counted. */
  readonly estimate: Estimate;
}

export function waveRow(
  name: string,
  wave: Wave,
  estate: ReadonlyMap<string, EstateVm>,
  model: ThroughputModel,
): WaveRow {
  const decided = Object.keys(wave.vms).map((key) => ({ key, decisions: decisionsFor(wave, key) }));
  const known = decided.flatMap(({ key }) => estate.get(key) ?? []);
  const { disks, capacityBytes } = merged([...partsOf(known, model).values()]);
  const phases: Partial<Record<Phase, number>> = {};
  for (const { decisions } of decided) phases[decisions.phase] = (phases[decisions.phase] ?? 0) + 1;
  const ahead = decided
    .filter(({ decisions: { phase, exclude } }) => !exclude && (phase === "cutover" || phase === "precopy"))
    .flatMap(({ key }) => estate.get(key) ?? []);
  return {
    wave: name,
    description: wave.description ?? null,
    vms: decided.length,
    disks,
    capacityBytes,
    phases,
    excluded: decided.filter(({ decisions }) => decisions.exclude).length,
    unknown: decided.length - known.length,
    estimate: estimate(ahead, model, bootChain(wave)),
  };
}
