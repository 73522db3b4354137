import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { checkText } from "../../inventory/checked-file.ts";
import { cutWave } from "../../inventory/edit/cut-wave.ts";
import { wavePlanFile, wavePlanKind } from "../../inventory/plan-waves.ts";
import { FaultsError } from "../../inventory/fault.ts";
import { UserError } from "../failure.ts";
import type { FileText } from "./write-plan.ts";

/** A wave as the text of a file of its own, wherever it stands. */
export interface OwnFile {
  readonly text: string;
  /** The file that it stands in, and how that will be without it: null when the file is the wave's own and goes. */
  readonly without: { readonly file: string; readonly text: string | null };
}

/** @throws {UserError} when it stands in plan.yaml in a way that it cannot be cut out of */
export async function ownFileOf(planFile: string, wave: string): Promise<OwnFile> {
  const file = wavePlanFile(planFile, wave);
  if (existsSync(file)) return { text: await readFile(file, "utf8"), without: { file, text: null } };
  const cut = cutWave(await readFile(planFile, "utf8"), wave);
  if (cut === null)
    throw new UserError(
      `${planFile}: wave ${wave} is written in a way that it cannot be taken out of. Move it to ${file} by hand ` +
        "(version: 1, then its fields).",
    );
  return { text: `version: 1\n${cut.body}`, without: { file: planFile, text: cut.rest } };
}

/** The file, when it is a wave's. @throws {FaultsError} else: what this program wrote would not be read */
export function checkedWave(one: FileText): FileText {
  const { faults } = checkText(one.file, one.text, wavePlanKind);
  if (faults.length > 0) throw new FaultsError(faults);
  return one;
}
