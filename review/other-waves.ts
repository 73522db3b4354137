import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { FaultsError } from "../inventory/fault.ts";
import { loadWaveFile } from "../inventory/load.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";

/** Files of the other waves, by name. One with faults stops its own wave, not this one: it is left out. */
export async function readOtherWaves(inventory: string, wave: string): Promise<WaveFile[]> {
  const folder = path.join(inventory, "waves");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  const found: WaveFile[] = [];
  for (const name of names.filter((one) => one !== `${wave}.json`).sort()) {
    try {
      found.push(await loadWaveFile(path.join(folder, name)));
    } catch (error) {
      if (!(error instanceof FaultsError)) throw error;
    }
  }
  return found;
}
