import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type CheckedFile, checkFile, type FaultAt, type FileKind } from "./checked-file.ts";
import type { Fault } from "./fault.ts";
import { EstateVm } from "./schema/estate.ts";
import { VmKey } from "./schema/names.ts";
import { wholeFileFault } from "./source-document.ts";

/** `inventory/estate/KEY.json`. */
export function estateKind(key: string): FileKind<EstateVm> {
  return {
    schema: EstateVm,
    vmOf: () => key,
    check: (vm, fault) => [
      ...(vm.key === key
        ? []
        : [fault(["key"], `${key}, as in the file's name`, "rename the file or correct the key")]),
      ...repeatedDeviceKeys(vm, "disks", fault),
      ...repeatedDeviceKeys(vm, "nics", fault),
    ],
  };
}

/** Reads one VM's facts with all their faults. The key must be a VM key: it becomes a file's name. */
export function checkEstateFile(folder: string, key: string): Promise<CheckedFile<EstateVm>> {
  return checkFile(join(folder, `${VmKey.parse(key)}.json`), estateKind(key));
}

/** Keys of all VMs of the estate, sorted, and a fault for each JSON file whose name is no VM key. */
export async function estateKeys(folder: string): Promise<{ keys: string[]; faults: Fault[] }> {
  const files = await jsonFiles(folder);
  if (files === null) {
    const fault = wholeFileFault(
      folder,
      "not there",
      "the folder of the estate",
      "read the inventory, or give its path",
    );
    return { keys: [], faults: [fault] };
  }
  const keys = files.map((name) => name.slice(0, -".json".length)).sort();
  const wrong = keys.filter((key) => !VmKey.safeParse(key).success);
  const faults = wrong.map((key) =>
    wholeFileFault(join(folder, `${key}.json`), "such a name", "1 to 40 characters of a-z, 0-9 and -", "rename it"),
  );
  return { keys: keys.filter((key) => !wrong.includes(key)), faults };
}

async function jsonFiles(folder: string): Promise<string[] | null> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".json"));
  } catch {
    return null;
  }
}

/** Device keys are part of resource names: two disks (or NICs) of one key would be one resource. */
function repeatedDeviceKeys(vm: EstateVm, list: "disks" | "nics", fault: FaultAt): Fault[] {
  const keys = vm[list].map(({ deviceKey }) => deviceKey);
  return keys.flatMap((key, index) =>
    keys.indexOf(key) < index
      ? [fault([list, index, "deviceKey"], "each device key once", "read the source again")]
      : [],
  );
}
