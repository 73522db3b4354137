import type { CloudOffer } from "../cloud/offer.ts";
import type { PlannedNic, PlannedVm } from "../inventory/schema/wave.ts";

/** What a run would add to a project. */
export interface Demand {
  readonly instances: number;
  readonly cores: number;
  readonly ramMiB: number;
  readonly volumes: number;
  readonly gigabytes: number;
  readonly ports: number;
  /** Volume type -> volumes and GiB of it. */
  readonly perVolumeType: ReadonlyMap<string, { readonly volumes: number; readonly gigabytes: number }>;
}

/**
 * What of these VMs (all of one project) is still to be created: without the volumes, ports and servers that carry this
 * stack's mark. A VM in `precopy` gets volumes only; accepted VMs get nothing any more.
 */
export function stillToCreate(vms: readonly PlannedVm[], offer: CloudOffer, stack: string): Demand {
  const going = vms.filter(({ phase }) => phase === "precopy" || phase === "cutover");
  const cutover = going.filter(({ phase }) => phase === "cutover");
  const marked = <T extends { readonly mark: { readonly stack: string } | null }>(things: readonly T[]): T[] =>
    things.filter(({ mark }) => mark?.stack === stack);
  const ownVolumes = new Set(marked(offer.volumes).map(({ mark }) => mark?.key));

  const servers = serversToCreate(vms, offer, stack);
  const disks = going.flatMap((vm) => vm.disks).filter(({ key }) => !ownVolumes.has(key));
  const ports = cutover.flatMap((vm) => withoutPort(vm, marked(offer.ports)));
  const types = [...new Set(disks.map(({ volumeType }) => volumeType))].sort();
  return {
    instances: servers.length,
    cores: sum(servers.map(({ flavor }) => flavor.vcpus)),
    ramMiB: sum(servers.map(({ flavor }) => flavor.memoryMiB)),
    volumes: disks.length,
    gigabytes: sum(disks.map(({ sizeGiB }) => sizeGiB)),
    ports: ports.length,
    perVolumeType: new Map(
      types.map((type) => {
        const ofType = disks.filter(({ volumeType }) => volumeType === type);
        return [type, { volumes: ofType.length, gigabytes: sum(ofType.map(({ sizeGiB }) => sizeGiB)) }];
      }),
    ),
  };
}

/** NICs that have no port yet: known by network and MAC, and one without MAC by a port of the VM that is no other NIC's. */
export function withoutPort({ key, nics }: PlannedVm, ports: CloudOffer["ports"]): PlannedNic[] {
  const named = nics.filter(({ macAddress }) => macAddress !== null);
  const isOf = (nic: PlannedNic, port: CloudOffer["ports"][number]): boolean =>
    port.networkId === nic.networkId && port.macAddress.toLowerCase() === nic.macAddress;
  const left = ports.filter((port) => port.mark?.key === key && !named.some((nic) => isOf(nic, port)));
  return nics.filter((nic) => {
    if (nic.macAddress !== null) return !ports.some((port) => isOf(nic, port));
    const index = left.findIndex(({ networkId }) => networkId === nic.networkId);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** Those of the VMs whose server is still to be made. */
export function serversToCreate(vms: readonly PlannedVm[], { servers }: CloudOffer, stack: string): PlannedVm[] {
  const there = new Set(servers.map(({ mark }) => (mark?.stack === stack ? mark.key : null)));
  return vms.filter(({ key, boot, phase }) => phase === "cutover" && boot && !there.has(key));
}

/** Whether a volume with this stack's mark is there for the disk. */
export function hasVolume({ volumes }: CloudOffer, stack: string, disk: string): boolean {
  return volumes.some(({ mark }) => mark?.stack === stack && mark.key === disk);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
