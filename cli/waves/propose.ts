import { existsSync } from "node:fs";
import { toSortedJson } from "../../inventory/json.ts";
import { wavePlanFile } from "../../inventory/plan-waves.ts";
import { shown } from "../../inventory/shown.ts";
import { shownLink, shownVms } from "../../planning/waves/link.ts";
import { propose, type Proposal, type ProposedWave } from "../../planning/waves/propose.ts";
import { exitCodes, UserError } from "../failure.ts";
import { heldVms } from "./held-vms.ts";
import { readWaves, type WavesInputs } from "./inputs.ts";
import { bysOf, limitsOf, type LimitOptions } from "./limit-options.ts";
import { proposalFiles } from "./proposal-files.ts";
import { shownDuration, shownModel, shownTiB, table } from "./shown-figures.ts";
import { shownPath, writeFiles } from "./write-plan.ts";

export interface ProposeOptions extends LimitOptions {
  readonly target?: string;
  readonly prefix: string;
  readonly critical: "last" | "out";
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly inventory?: string;
}

/** `wavelift waves propose`: puts the VMs that are in no wave into waves, and writes these into the plan. */
export async function proposeWaves(options: ProposeOptions): Promise<number> {
  const by = bysOf(options.by);
  if (!/^[a-z0-9][a-z0-9-]{0,14}$/.test(options.prefix))
    throw new UserError(
      `--prefix ${shown(options.prefix)}: expected 1 to 15 characters of a-z, 0-9 and -, no leading -`,
    );
  const inputs = await readWaves(options.inventory);
  const target = targetOf(inputs, options.target);
  const vms = [...inputs.estate.values()];
  const proposal = propose({
    vms,
    plan: inputs.plan,
    archived: new Map([...inputs.archived].map(([name, wave]) => [name, Object.keys(wave.vms)])),
    settled: inputs.planned,
    held: heldVms(vms, inputs.sources),
    heldVms: options.critical,
    by,
    limits: limitsOf(options),
    prefix: options.prefix,
  });
  const files = await proposalFiles(proposal, inputs.planFile, target);
  const clash = proposal.waves.map(({ name }) => wavePlanFile(inputs.planFile, name)).find((file) => existsSync(file));
  if (clash !== undefined) throw new UserError(`${clash} is there already: it is not overwritten`);
  if (!options.dryRun) await writeFiles(files);
  if (options.json) process.stdout.write(toSortedJson(summaryOf(proposal, inputs)));
  else {
    print(proposal, inputs);
    const names = files.map(({ file }) => shownPath(file));
    process.stdout.write(
      options.dryRun || files.length === 0
        ? `Nothing was written${files.length === 0 ? ": every VM that can be is in a wave" : " (--dry-run)"}.\n`
        : `Wrote ${names.length <= 4 ? names.join(", ") : `${names.length} files, ${names[0] ?? ""} and on`}.\n`,
    );
  }
  return exitCodes.done;
}

/** The target of new waves: the one that is named, or the only one. */
function targetOf({ plan }: WavesInputs, named: string | undefined): string {
  const names = Object.keys(plan.targets).sort();
  const [only, ...more] = names;
  if (named === undefined && only !== undefined && more.length === 0) return only;
  if (named !== undefined && names.includes(named)) return named;
  const which = `the plan's targets are ${names.join(", ") || "none"}`;
  throw new UserError(
    named === undefined ? `Say with --target where new waves go: ${which}.` : `No target ${shown(named)}: ${which}.`,
  );
}

function summaryOf({ waves, joins, leftOut, torn }: Proposal, { plan }: WavesInputs): object {
  return {
    waves: waves.map(({ name, part, estimate, links, overLimits, held }) => ({
      wave: name,
      vms: part.vms,
      disks: part.disks,
      capacityBytes: part.capacityBytes,
      estimate,
      groups: links.map(({ kind, name, vms }) => ({ kind, name, vms })),
      overLimits,
      critical: held,
    })),
    joins,
    leftOut,
    torn: torn.map(({ link: { kind, name, vms }, waves, reason }) => ({ kind, name, vms, waves, reason })),
    throughput: plan.throughput,
  };
}

function print({ waves, joins, leftOut, torn }: Proposal, { plan }: WavesInputs): void {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  if (waves.length > 0) {
    const head = ["new wave", "VMs", "disks", "TiB", "takes", "waits for", ""];
    say(table(head, waves.map(rowOf)));
    const seconds = waves.reduce((sum, { estimate }) => sum + estimate.seconds, 0);
    say(`${waves.length} wave(s), one after the other: ${shownDuration(seconds)}. ${shownModel(plan.throughput)}`);
  }
  for (const { wave, vms, reason } of joins) say(`${shownVms(vms)}: into wave ${wave}, for ${reason}`);
  for (const { link, waves: names, reason } of torn)
    say(`${shownLink(link)} is in waves ${shownVms(names)}: ${reason}`);
  for (const [reason, vms] of byReason(leftOut)) say(`in no wave: ${shownVms(vms)}: ${reason}`);
}

function rowOf({ name, part, estimate, overLimits, held }: ProposedWave): (string | number)[] {
  const notes = [...(overLimits ? ["over the limits: one group"] : []), ...(held ? ["Critical concerns"] : [])];
  return [
    name,
    part.vms.length,
    part.disks,
    shownTiB(part.capacityBytes),
    shownDuration(estimate.seconds),
    shown(estimate.slowest, 100),
    notes.join(", "),
  ];
}

function byReason(leftOut: Proposal["leftOut"]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { vm, reason } of leftOut) reasons.set(reason, [...(reasons.get(reason) ?? []), vm]);
  return reasons;
}
