import type { PlannedDisk, PlannedNic, PlannedVm } from "../inventory/schema/wave.ts";
import { shown } from "../inventory/shown.ts";

/** One decided value of a VM, in words that can be compared. */
export interface Decided {
  readonly text: string;
  readonly reason?: string;
  /** Whether a change replaces a volume, a port or the server (pulumi-openstack's ForceNew inputs). */
  readonly forceNew: boolean;
}

/** The VM's decisions by name. Reasons are not compared: they change with every flavor that is added. */
export function decisionsOf(vm: PlannedVm): ReadonlyMap<string, Decided> {
  return new Map([
    ...Object.entries(ofVm(vm)),
    ...vm.disks.flatMap((disk, index) => named(`disk ${disk.deviceKey}`, ofDisk(disk, index, vm))),
    ...vm.nics.flatMap((nic, index) => named(`nic ${nic.deviceKey}`, ofNic(nic, index))),
    ...Object.entries(vm.imageProperties).map(([name, value]): [string, Decided] => [
      `image property ${shown(name)}`,
      { text: shown(value), reason: vm.imagePropertiesReason, forceNew: false },
    ]),
  ]);
}

function named(prefix: string, decisions: Record<string, Decided>): [string, Decided][] {
  return Object.entries(decisions).map(([name, decided]) => [`${prefix} ${name}`, decided]);
}

export const plain = (text: string, reason?: string): Decided => ({
  text: shown(text, 200),
  forceNew: false,
  ...(reason === undefined ? {} : { reason }),
});
export const fixed = (text: string, reason?: string): Decided => ({ ...plain(text, reason), forceNew: true });

function ofVm(vm: PlannedVm): Record<string, Decided> {
  return {
    name: plain(vm.name),
    "source name": plain(vm.sourceName),
    "source id": plain(vm.sourceId),
    "instance UUID": plain(vm.instanceUuid ?? "none"),
    target: fixed(vm.target),
    phase: plain(vm.phase),
    generation: plain(String(vm.generation)),
    boot: plain(String(vm.boot), vm.bootReason),
    flavor: plain(`${vm.flavor.name} ${vm.flavor.vcpus} x ${vm.flavor.memoryMiB}`, vm.flavor.reason),
    "depends on": plain(list(vm.dependsOn)),
    checks: plain(JSON.stringify(vm.checks)),
    "ready time-out": plain(`${vm.readyTimeoutSeconds} s`),
    "availability zone": fixed(vm.availabilityZone ?? "none"),
    "server group": fixed(vm.serverGroup ?? "none"),
    ...(vm.instant === true ? { instant: fixed("true") } : {}),
    excluded: plain(String(vm.exclude)),
    "ignored NICs": plain(list(vm.ignoredNics.map(({ deviceKey }) => String(deviceKey)))),
  };
}

function ofDisk(disk: PlannedDisk, index: number, vm: PlannedVm): Record<string, Decided> {
  return {
    position: fixed(index === 0 ? "boot" : String(index), vm.bootDiskReason),
    name: plain(disk.name),
    source: fixed(sourceText(disk.source)),
    transport: plain(disk.source.transport),
    capacity: fixed(`${disk.capacityBytes} bytes`),
    size: plain(`${disk.sizeGiB} GiB`),
    "volume type": fixed(disk.volumeType, disk.volumeTypeReason),
  };
}

function sourceText({ datastore, file, member, format }: PlannedDisk["source"]): string {
  return `[${datastore}] ${file}${member === undefined ? "" : `, in it ${member}`} (${format})`;
}

function ofNic(nic: PlannedNic, index: number): Record<string, Decided> {
  return {
    position: fixed(String(index)),
    name: plain(nic.name),
    MAC: fixed(nic.macAddress ?? "given by Neutron"),
    network: fixed(`${nic.networkName} ${nic.networkId}`, nic.reason),
    addresses: plain(list(nic.fixedIps.map(({ subnetId, ipAddress }) => `${ipAddress} in ${subnetId}`)), nic.reason),
    "security groups": plain(list(nic.securityGroups)),
    "allowed address pairs": plain(list(nic.allowedAddressPairs.map(({ ipAddress }) => ipAddress))),
    link: plain(nic.adminStateUp ? "up" : "down"),
  };
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "none" : items.join(", ");
}
