import { existsSync } from "node:fs";
import path from "node:path";
import { readFile } from "node:fs/promises";
import { archiveFolder, loadArchivedWaves } from "../../inventory/archived-waves.ts";
import { loadPlan } from "../../inventory/load.ts";
import { wavePlanFile } from "../../inventory/plan-waves.ts";
import { copiedWave } from "../../inventory/wave-copy.ts";
import { planPath } from "../../review/inputs.ts";
import { exitCodes, UserError } from "../failure.ts";
import { inventoryFolder } from "./inputs.ts";
import { checkedWave, ownFileOf } from "./own-file.ts";
import { expectWave, expectWaveName } from "./wave-argument.ts";
import { shownPath, writeFiles } from "./write-plan.ts";

/**
 * `wavelift waves duplicate WAVE NEW`: the same VMs with the same decisions in another wave, without phases and
 * generations. While both are in the plan, preview stops both (vm.two-waves): the copy is for a wave that is archived or
 * rolled back, or for VMs that are then taken out of one of them.
 */
export async function duplicateWave(wave: string, name: string, inventory?: string): Promise<number> {
  expectWaveName(name);
  const planFile = planPath(inventoryFolder(inventory));
  const { waves } = await loadPlan(planFile);
  const archived = await loadArchivedWaves(planFile);
  expectWave(wave, [...Object.keys(waves), ...archived.keys()]);
  const file = wavePlanFile(planFile, name);
  if (Object.hasOwn(waves, name) || archived.has(name) || existsSync(file))
    throw new UserError(`There is a wave ${name} already.`);
  const isActive = Object.hasOwn(waves, wave);
  const { text } = isActive
    ? await ownFileOf(planFile, wave)
    : { text: await readFile(path.join(archiveFolder(planFile), `${wave}.yaml`), "utf8") };
  await writeFiles([checkedWave({ file, text: copiedWave(text) })]);
  process.stdout.write(`Wrote ${shownPath(file)}.\n`);
  if (isActive)
    process.stdout.write(
      `Its VMs are in ${wave}, too: preview stops for both until each is in one only, or one is archived.\n`,
    );
  return exitCodes.done;
}
