import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { FaultsError } from "../inventory/fault.ts";
import { loadWaveFile } from "../inventory/load.ts";
import { readText } from "../inventory/read-text.ts";
import type { WaveFile } from "../inventory/schema/wave.ts";
import { canonical } from "../planning/other-waves.ts";

/**
 * Files of the other waves that name an address or MAC of this one. The others are looked through, not parsed: there may
 * be a hundred. One with faults stops its own wave, not this one: it is left out.
 */
export async function readOtherWaves(inventory: string, file: WaveFile): Promise<WaveFile[]> {
  const folder = path.join(inventory, "waves");
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  const ours = new Set(addressesIn(JSON.stringify(file)));
  const found: WaveFile[] = [];
  for (const name of names.filter((one) => one !== `${file.wave}.json`).sort()) {
    const place = path.join(folder, name);
    try {
      const text = await readText(place);
      if (typeof text === "string" && addressesIn(text).some((address) => ours.has(address)))
        found.push(await loadWaveFile(place));
    } catch (error) {
      if (!(error instanceof FaultsError)) throw error;
    }
  }
  return found;
}

/** MACs and addresses of ports in the text of a wave file. */
function addressesIn(text: string): string[] {
  return [...text.matchAll(/"(?:ipAddress|macAddress)":\s*"([^"]*)"/g)].map(([, address = ""]) => canonical(address));
}
