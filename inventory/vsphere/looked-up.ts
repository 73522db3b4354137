import { z } from "zod";
import type { FoundVm } from "../readers/reader.ts";

/**
 * What getVirtualMachine of @pulumi/vsphere carries as exactly as the estate has it. It carries more, but disks only by
 * label and in whole GiB, network cards only by type, and neither ids, files, snapshots nor hosts: for these there is
 * the reader.
 */
export const LookedUpVm = z.object({
  name: z.string(),
  numCpus: z.int().positive(),
  numCoresPerSocket: z.int().positive(),
  memory: z.int().positive(),
  firmware: z.enum(["bios", "efi"]),
  guestId: z.string(),
  efiSecureBootEnabled: z.boolean(),
  cpuHotAddEnabled: z.boolean(),
  memoryHotAddEnabled: z.boolean(),
});
export type LookedUpVm = z.infer<typeof LookedUpVm>;

/** The VM with what the look-up carries taken from it. */
export function withLookUp(vm: FoundVm, looked: LookedUpVm): FoundVm {
  return {
    ...vm,
    cpus: looked.numCpus,
    coresPerSocket: looked.numCoresPerSocket,
    memoryMiB: looked.memory,
    firmware: looked.firmware,
    guestId: looked.guestId,
    secureBoot: looked.efiSecureBootEnabled,
    cpuHotAdd: looked.cpuHotAddEnabled,
    memoryHotAdd: looked.memoryHotAddEnabled,
  };
}

/**
 * Path by which the look-up finds the VM below its datacenter's VM folder; null where it would not be sure to find this
 * one: the provider takes names for patterns, and slashes for folders.
 */
export function lookUpPath({ name, folder, datacenter }: FoundVm): string | null {
  const place = folder === null ? name : `${folder}/${name}`;
  const plain = datacenter !== null && /^[\w .-]+(\/[\w .-]+)*$/.test(place) && !/(^|\/)\.{1,2}(\/|$)/.test(place);
  return plain && !name.includes("/") ? place : null;
}
