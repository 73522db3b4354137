import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";

/** A file as it will be. */
export interface FileText {
  readonly file: string;
  readonly text: string;
}

/** Writes files, each whole or not at all; folders are made. All texts are known to be good before the first is written. */
export async function writeFiles(files: readonly FileText[]): Promise<void> {
  for (const { file, text } of files) {
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, text);
    await rename(temporary, file);
  }
}

/** Path for people: from where they are, when it is below. */
export function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith("..") ? file : relative;
}

/** Where a wave stands: a file of its own, or plan.yaml; with the path of its VMs in it. */
export function placeOfWave(
  planFile: string,
  waveFile: string,
  wave: string,
): { readonly file: string; readonly vms: readonly string[] } {
  return existsSync(waveFile) ? { file: waveFile, vms: ["vms"] } : { file: planFile, vms: ["waves", wave, "vms"] };
}
