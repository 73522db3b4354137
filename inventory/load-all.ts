import { checkEstateFile, estateKeys } from "./estate-file.ts";
import type { Fault } from "./fault.ts";
import type { EstateVm } from "./schema/estate.ts";

/** The estate as far as it can be read. */
export interface ReadEstate {
  /** By key. */
  readonly vms: readonly EstateVm[];
  /** Of the files that cannot be used: their VMs are missing above. */
  readonly faults: readonly Fault[];
}

/**
 * Reads all VMs of the estate. Unlike loadEstate it throws nothing: one wrong file does not hide the other VMs from
 * somebody who looks at the whole.
 * @param progress told of each file: how many are done, of how many.
 */
export async function readWholeEstate(
  folder: string,
  progress: (done: number, all: number) => void = () => undefined,
): Promise<ReadEstate> {
  const { keys, faults } = await estateKeys(folder);
  const vms: EstateVm[] = [];
  const found = [...faults];
  for (const [index, key] of keys.entries()) {
    const file = await checkEstateFile(folder, key);
    found.push(...file.faults);
    if (file.value !== null && file.faults.length === 0) vms.push(file.value);
    progress(index + 1, keys.length);
  }
  return { vms, faults: found };
}
