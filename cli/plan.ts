import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { toSortedJson } from "../inventory/json.ts";
import { WaveName } from "../inventory/schema/names.ts";
import { shown } from "../inventory/shown.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";
import { begunVms } from "../planning/begun.ts";
import { drift, formatDifference, type Difference } from "../planning/drift.ts";
import { gate } from "../planning/gate.ts";
import { entriesOf } from "../planning/wave-entries.ts";
import { planWave } from "../planning/plan-wave.ts";
import { readInputs, waveFilePath } from "../review/inputs.ts";
import { formatConcerns } from "../review/show.ts";
import { exitCodes, UserError } from "./failure.ts";
import { decisionsOf, decisionTable } from "./decisions.ts";
import { project } from "./project.ts";
import { readStackSettings, stackFile } from "./stack-config.ts";

export interface PlanOptions {
  readonly check: boolean;
  readonly json: boolean;
  readonly inventory?: string;
  readonly vm?: readonly string[];
}

/** `wavelift plan WAVE`: decides, prints what and why, writes the wave file (or, with --check, shows the drift). */
export async function planCommand(wave: string, options: PlanOptions): Promise<number> {
  const name = WaveName.safeParse(wave);
  if (!name.success) throw new UserError(`${shown(wave)} is no name of a wave: ${name.error.issues[0]?.message ?? ""}`);
  const inventory = options.inventory === undefined ? inventoryOf(wave) : path.resolve(options.inventory);
  const stack = `wavelift/${wave}`;
  const { written, ...inputs } = await readInputs(inventory, wave, stack, (message) => {
    process.stderr.write(`${message}\n`);
  });
  const planned = planWave({ ...inputs, wave, stack, previous: written, again: new Set(options.vm) });
  const file = onlyVms(planned.file, written, options.vm, wave);
  const differences = written === null ? [] : drift(written, file);
  const { stopped, warnings, notes } = gate(planned.concerns, file, begunVms(inputs.offers, stack));
  const concerns = [...stopped, ...warnings, ...notes];
  if (options.json)
    process.stdout.write(toSortedJson({ wave, decisions: entriesOf(file).map(decisionsOf), concerns, differences }));
  else {
    process.stdout.write(`${decisionTable(file)}\n`);
    printConcerns(`Critical (${stopped.length}): preview and up stop`, formatConcerns(stopped));
    printConcerns(`Warnings (${warnings.length})`, formatConcerns(warnings));
    printConcerns(`Information (${notes.length})`, formatConcerns(notes));
    printConcerns(`Changed against the wave file (${differences.length})`, differences.map(formatDifference));
  }
  const target = waveFilePath(inventory, wave);
  if (options.check) return check(written, differences, target, options.json, stopped.length);
  writeAtomically(target, toSortedJson(file));
  if (!options.json) process.stdout.write(`Wrote ${path.relative(process.cwd(), target)}: ${countOf(file)}.\n`);
  return stopped.length > 0 ? exitCodes.stopped : exitCodes.done;
}

function countOf({ vms, images = [] }: WaveFile): string {
  return `${vms.length} VM(s)${images.length === 0 ? "" : `, ${images.length} template(s)`}`;
}

function check(
  written: WaveFile | null,
  differences: readonly Difference[],
  target: string,
  quiet: boolean,
  stopped: number,
): number {
  if (written === null) throw new UserError(`There is no ${target} yet: run the command without --check.`);
  if (!quiet)
    process.stdout.write(
      differences.length === 0
        ? "The wave file is what would be planned now.\n"
        : "The wave file differs: see above.\n",
    );
  return differences.length > 0 || stopped > 0 ? exitCodes.stopped : exitCodes.done;
}

/** The planned file, or, with --vm, the written one with only these VMs planned again. */
function onlyVms(
  planned: WaveFile,
  written: WaveFile | null,
  keys: readonly string[] | undefined,
  wave: string,
): WaveFile {
  if (keys === undefined) return planned;
  if (written === null) throw new UserError(`Wave ${wave} has no wave file yet: plan the whole wave first.`);
  const unknown = keys.filter((key) => !entriesOf(planned).some((vm) => vm.key === key));
  if (unknown.length > 0) throw new UserError(`Not among the VMs of wave ${wave}: ${unknown.join(", ")}.`);
  const chosen = new Set(keys);
  const merged = <T extends { readonly key: string }>(before: readonly T[], now: readonly T[]): T[] =>
    [...before.filter(({ key }) => !chosen.has(key)), ...now.filter(({ key }) => chosen.has(key))].sort((a, b) =>
      a.key < b.key ? -1 : 1,
    );
  const { images: _images, ...rest } = planned;
  const images = merged(written.images ?? [], planned.images ?? []);
  return {
    ...rest,
    vms: merged(written.vms, planned.vms),
    ...(images.length === 0 ? {} : { images }),
    targets: { ...written.targets, ...planned.targets },
  };
}

function inventoryOf(wave: string): string {
  return existsSync(stackFile(wave)) ? readStackSettings(wave).inventory : path.join(project, "inventory");
}

function printConcerns(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  process.stdout.write(`${title}\n${lines.map((line) => `  ${line}`).join("\n")}\n`);
}

/** Half a wave file would be declared as half a wave. */
function writeAtomically(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
