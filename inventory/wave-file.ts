import { type CheckedFile, checkFile, type FileKind } from "./checked-file.ts";
import { valueAt } from "./expectation.ts";
import { WaveFile } from "./schema/wave.ts";

/** `inventory/waves/WAVE.json`. */
export const waveKind: FileKind<WaveFile> = {
  schema: WaveFile,
  vmOf: ([list, position], value) => {
    const isEntry = (list === "vms" || list === "images") && position !== undefined;
    const key = isEntry ? valueAt(value, [list, position, "key"]) : null;
    return typeof key === "string" ? key : null;
  },
  check: ({ vms, images = [], targets }, fault) => {
    const places = [
      ...vms.map(({ key, target }, index) => ({ list: "vms", index, key, target })),
      ...images.map(({ key, target }, index) => ({ list: "images", index, key, target })),
    ];
    return [
      ...places.flatMap(({ list, index, key }, position) =>
        places.findIndex((place) => place.key === key) < position
          ? [fault([list, index, "key"], "each VM once", "run wavelift plan again")]
          : [],
      ),
      ...places.flatMap(({ list, index, target }) =>
        Object.hasOwn(targets, target)
          ? []
          : [fault([list, index, "target"], "a target of this file", "run wavelift plan again")],
      ),
    ];
  },
};

/** Reads a wave file with all its faults. */
export function checkWaveFile(file: string): Promise<CheckedFile<WaveFile>> {
  return checkFile(file, waveKind);
}
