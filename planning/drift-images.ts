import type { PlannedImage } from "../inventory/schema/wave.ts";
import { shown } from "../inventory/shown.ts";
import { type Decided, fixed, plain } from "./drift-decisions.ts";
import { shownDisks } from "./shown-disks.ts";

/** A template's decisions by name. */
export function imageDecisionsOf(image: PlannedImage): ReadonlyMap<string, Decided> {
  const { source } = image.disk;
  return new Map<string, Decided>([
    ["becomes", fixed("an image")],
    ["name", plain(image.name)],
    ["source name", plain(image.sourceName)],
    ["source id", plain(image.sourceId)],
    ["target", fixed(image.target)],
    ["phase", plain(image.phase)],
    ["generation", plain(String(image.generation))],
    [
      "disk",
      fixed(`${image.disk.deviceKey}: [${source.datastore}] ${source.file} (${source.format})`, image.diskReason),
    ],
    ["capacity", fixed(`${image.disk.capacityBytes} bytes`)],
    ["disks left out", fixed(image.leftOutDisks.length === 0 ? "none" : shownDisks(image.leftOutDisks))],
    ["least disk", plain(`${image.minDiskGiB} GiB`)],
    ["least memory", plain(`${image.minRamMiB} MiB`)],
    ["visibility", plain(image.visibility)],
    ["protected", plain(String(image.protected))],
    ["excluded", plain(String(image.exclude))],
    ...Object.entries(image.imageProperties).map(([name, value]): [string, Decided] => [
      `image property ${shown(name)}`,
      { text: shown(value), reason: image.imagePropertiesReason, forceNew: false },
    ]),
  ]);
}
