import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { archiveFolder, loadArchivedWaves } from "../../inventory/archived-waves.ts";
import { loadPlan } from "../../inventory/load.ts";
import { wavePlanFile } from "../../inventory/plan-waves.ts";
import { shownVms } from "../../planning/waves/link.ts";
import { planPath } from "../../review/inputs.ts";
import { askPulumi } from "../ask-pulumi.ts";
import { exitCodes, UserError } from "../failure.ts";
import { inventoryFolder } from "./inputs.ts";
import { stacksByName } from "./list.ts";
import { checkedWave, ownFileOf } from "./own-file.ts";
import { stackHoldings, type StackHoldings } from "./stack-holdings.ts";
import { expectWave } from "./wave-argument.ts";
import { shownPath, writeFiles } from "./write-plan.ts";

/**
 * `wavelift waves archive WAVE`: takes a wave that is done, or never began, out of the plan and keeps it beside. Its VMs
 * count as placed.
 * @param holdings asks what the wave's stack holds; null: there is no stack
 * @throws {UserError} while VMs of it have begun and are not accepted
 */
export async function archiveWave(wave: string, inventory?: string, holdings = holdingsOf): Promise<number> {
  const planFile = planPath(inventoryFolder(inventory));
  const { waves } = await loadPlan(planFile);
  expectWave(wave, Object.keys(waves));
  const target = path.join(archiveFolder(planFile), `${wave}.yaml`);
  if (existsSync(target)) throw new UserError(`${target} is there already: rename it first.`);
  const refusal = archiveRefusal(wave, await holdings(wave));
  if (refusal !== null) throw new UserError(refusal, exitCodes.stopped);
  const { text, without } = await ownFileOf(planFile, wave);
  // The archive first: whatever happens in between, the wave is in one of the two.
  await writeFiles([checkedWave({ file: target, text })]);
  if (without.text === null) await rm(without.file);
  else await writeFiles([{ file: without.file, text: without.text }]);
  process.stdout.write(`Archived: ${shownPath(target)}. Its VMs are not proposed again.\n`);
  return exitCodes.done;
}

/** `wavelift waves unarchive WAVE`: puts it back into the plan, as a file of its own. */
export async function unarchiveWave(wave: string, inventory?: string): Promise<number> {
  const planFile = planPath(inventoryFolder(inventory));
  const { waves } = await loadPlan(planFile);
  expectWave(wave, [...(await loadArchivedWaves(planFile)).keys()], "archived wave");
  if (Object.hasOwn(waves, wave)) throw new UserError(`The plan has a wave ${wave} already: rename one of the two.`);
  const file = path.join(archiveFolder(planFile), `${wave}.yaml`);
  const target = wavePlanFile(planFile, wave);
  await writeFiles([checkedWave({ file: target, text: await readFile(file, "utf8") })]);
  await rm(file);
  process.stdout.write(`In the plan again: ${shownPath(target)}.\n`);
  return exitCodes.done;
}

/** Why the wave must stay in the plan, or null. */
export function archiveRefusal(wave: string, holdings: StackHoldings | null): string | null {
  if (holdings === null || holdings.open.length + holdings.others === 0) return null;
  const what = [
    ...(holdings.open.length > 0 ? [`VMs that have begun and are not accepted: ${shownVms(holdings.open)}`] : []),
    ...(holdings.others > 0 ? [`${holdings.others} other resource(s) or interrupted operation(s)`] : []),
  ];
  return (
    `Wave ${wave} is not archived: its stack holds ${what.join("; ")}. Accept them (phase: accepted, then ` +
    `\`wavelift up ${wave}\`) or roll them back (\`wavelift destroy ${wave}\`) first.`
  );
}

/** null: there is no stack. @throws {UserError} when Pulumi does not tell: "unknown" is not "nothing" */
async function holdingsOf(wave: string): Promise<StackHoldings | null> {
  if (!(await stacksByName()).has(wave)) return null;
  const { exitCode, stdout } = await askPulumi(["stack", "export", "--stack", wave]);
  const holdings = exitCode === 0 ? stackHoldings(stdout) : null;
  if (holdings === null) throw new UserError(`The state of stack ${wave} cannot be read.`, exitCodes.failed);
  return holdings;
}
