import { compareText } from "./order.ts";
import type { EstateDisk, EstateVm } from "./schema/estate.ts";

/**
 * The same VMs, each disk with the keys of the other VMs that have it, too (`sharedWith`). Pure; give it all VMs of the
 * estate, since the other owner may come from another reading. A VM that is not changed comes back as the same object.
 *
 * Two disks are one when they are the same file of the same datastore of the same server, or raw device mappings of the
 * same LUN: each VM has a mapping file of its own there. The UUID of a plain disk says nothing: a copied folder has it, too.
 */
export function withSharedDisks(vms: readonly EstateVm[]): EstateVm[] {
  const owners = new Map<string, Set<string>>();
  for (const vm of vms)
    for (const disk of vm.disks)
      for (const identity of identitiesOf(vm, disk)) {
        const known = owners.get(identity);
        if (known === undefined) owners.set(identity, new Set([vm.key]));
        else known.add(vm.key);
      }
  return vms.map((vm) => {
    const disks = vm.disks.map((disk) => {
      const others = new Set(identitiesOf(vm, disk).flatMap((identity) => [...(owners.get(identity) ?? [])]));
      others.delete(vm.key);
      const sharedWith = [...others].sort(compareText);
      return sharedWith.join(" ") === disk.sharedWith.join(" ") ? disk : { ...disk, sharedWith };
    });
    return disks.every((disk, index) => disk === vm.disks[index]) ? vm : { ...vm, disks };
  });
}

/** The server's name alone, not the tool that told of it: RVTools and the API tell of one vCenter. */
function identitiesOf({ source }: EstateVm, { datastore, file, member, rdm, uuid }: EstateDisk): string[] {
  const identities = [JSON.stringify(["file", source.server, datastore, file, member])];
  if (rdm !== "none" && uuid !== null) identities.push(JSON.stringify(["lun", uuid.toLowerCase()]));
  return identities;
}
