import { z } from "zod";
import { toSortedJson } from "../../inventory/json.ts";
import type { WavePlan } from "../../inventory/schema/plan.ts";
import { shown } from "../../inventory/shown.ts";
import { waveRow, type WaveRow } from "../../planning/waves/wave-row.ts";
import { askPulumi } from "../ask-pulumi.ts";
import { exitCodes, UserError } from "../failure.ts";
import { readWaves } from "./inputs.ts";
import { shownDuration, shownModel, shownTiB, table } from "./shown-figures.ts";

export interface ListOptions {
  readonly json: boolean;
  /** Ask Pulumi which stacks there are. */
  readonly state: boolean;
  readonly inventory?: string;
}

type State = "archived" | "not planned" | "planned" | "planned, no stack" | "has a stack" | "at work";

/** `wavelift waves`: what each wave holds, how long it takes and what it waits for. */
export async function listWaves(options: ListOptions): Promise<number> {
  const { plan, estate, archived, planned } = await readWaves(options.inventory);
  const stacks = options.state ? await stacksByName() : null;
  const stateOf = (wave: string): State => {
    if (archived.has(wave)) return "archived";
    const stack = stacks?.get(wave);
    if (stack !== undefined) return stack.updateInProgress ? "at work" : "has a stack";
    if (!planned.has(wave)) return "not planned";
    return stacks === null ? "planned" : "planned, no stack";
  };
  const all: Record<string, Omit<WavePlan, "version">> = { ...Object.fromEntries(archived), ...plan.waves };
  const rows = Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, wave]) => ({ ...waveRow(name, wave, estate, plan.throughput), state: stateOf(name) }));
  const placed = new Set(Object.values(all).flatMap(({ vms }) => Object.keys(vms)));
  const inNone = [...estate.values()].filter(({ key, template }) => !template && !placed.has(key)).length;
  if (options.json) {
    process.stdout.write(toSortedJson({ waves: rows, vmsInNoWave: inNone, throughput: plan.throughput }));
    return exitCodes.done;
  }
  process.stdout.write(`${waveTable(rows)}\n${shownModel(plan.throughput)}\n`);
  if (inNone > 0)
    process.stdout.write(`${inNone} VM(s) of the estate are in no wave: \`wavelift waves propose\` places them.\n`);
  return exitCodes.done;
}

function waveTable(rows: readonly (WaveRow & { readonly state: State })[]): string {
  return table(
    ["wave", "state", "VMs", "disks", "TiB", "phases", "still takes", "waits for"],
    rows.map((row) => [
      row.wave,
      row.state,
      row.vms,
      row.disks,
      shownTiB(row.capacityBytes),
      phases(row),
      row.state === "archived" ? "" : shownDuration(row.estimate.seconds),
      row.state === "archived" ? "" : shown(row.estimate.slowest, 100),
    ]),
  );
}

function phases({ phases, excluded, unknown }: WaveRow): string {
  return [
    ...Object.entries(phases).map(([phase, count]) => `${count} ${phase}`),
    ...(excluded > 0 ? [`${excluded} excluded`] : []),
    ...(unknown > 0 ? [`${unknown} without facts`] : []),
  ].join(", ");
}

const Stacks = z.array(z.object({ name: z.string(), updateInProgress: z.boolean().default(false) }));
type StackSummary = z.infer<typeof Stacks>[number];

/** Stacks of this project by their own name. @throws {UserError} when Pulumi does not tell */
export async function stacksByName(): Promise<ReadonlyMap<string, StackSummary>> {
  const { exitCode, stdout } = await askPulumi(["stack", "ls", "--json"]);
  const parsed = Stacks.safeParse(exitCode === 0 ? jsonOf(stdout) : null);
  if (!parsed.success)
    throw new UserError("Pulumi does not tell which stacks there are: is its backend reachable?", exitCodes.failed);
  return new Map(parsed.data.map((stack) => [stack.name.slice(stack.name.lastIndexOf("/") + 1), stack]));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
