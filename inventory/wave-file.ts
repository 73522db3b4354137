import { type CheckedFile, checkFile, type FileKind } from "./checked-file.ts";
import { valueAt } from "./expectation.ts";
import { WaveFile } from "./schema/wave.ts";

/** `inventory/waves/WAVE.json`. */
export const waveKind: FileKind<WaveFile> = {
  schema: WaveFile,
  vmOf: ([vms, position], value) => {
    const key = vms === "vms" && position !== undefined ? valueAt(value, ["vms", position, "key"]) : null;
    return typeof key === "string" ? key : null;
  },
  check: ({ vms, targets }, fault) => [
    ...vms.flatMap(({ key }, index) =>
      vms.findIndex((vm) => vm.key === key) < index
        ? [fault(["vms", index, "key"], "each VM once", "run wavelift plan again")]
        : [],
    ),
    ...vms.flatMap(({ target }, index) =>
      Object.hasOwn(targets, target)
        ? []
        : [fault(["vms", index, "target"], "a target of this file", "run wavelift plan again")],
    ),
  ],
};

/** Reads a wave file with all its faults. */
export function checkWaveFile(file: string): Promise<CheckedFile<WaveFile>> {
  return checkFile(file, waveKind);
}
