import type { PlannedDisk, PlannedNic, PlannedVm } from "../inventory/schema/wave.ts";
import { own } from "../inventory/own.ts";
import { instantOf } from "./planned-vm.ts";
import type { KnownSubject } from "./subject.ts";

/**
 * `fresh` with everything of `previous` that holds data, or that OpenStack could change only by making volume, port or
 * server anew: target, generation, zone, disks with their sources and order, NICs with their networks and MACs.
 */
export function pinnedVm(previous: PlannedVm, fresh: PlannedVm, hasServer: boolean): PlannedVm {
  const { target, generation, availabilityZone, ignoredNics, bootDiskReason } = previous;
  const { instant, ...others } = fresh;
  return {
    ...others,
    // Before cutover nothing of it has begun; from then on the disks are on one of the two ways.
    ...instantOf(previous.phase === "precopy" ? instant : previous.instant),
    target,
    generation,
    availabilityZone,
    ignoredNics,
    bootDiskReason,
    // Nova takes the group when a server is made, and never later.
    serverGroup: hasServer ? previous.serverGroup : fresh.serverGroup,
    disks: previous.disks.map((disk) => pinnedDisk(disk, fresh.disks)),
    nics: previous.nics.map((nic) => pinnedNic(nic, fresh.nics)),
  };
}

function pinnedDisk(disk: PlannedDisk, fresh: readonly PlannedDisk[]): PlannedDisk {
  const now = fresh.find(({ deviceKey }) => deviceKey === disk.deviceKey);
  return now === undefined ? disk : { ...disk, label: now.label, name: now.name };
}

function pinnedNic(nic: PlannedNic, fresh: readonly PlannedNic[]): PlannedNic {
  const now = fresh.find(({ deviceKey }) => deviceKey === nic.deviceKey);
  // Addresses and groups meant for another network say nothing of the port that is there.
  if (now?.networkId !== nic.networkId) return nic;
  const { macAddress } = nic;
  const allowedAddressPairs = now.allowedAddressPairs.map(({ ipAddress }) => ({ ipAddress, macAddress }));
  return { ...now, macAddress, allowedAddressPairs };
}

/**
 * The entry of a warm migration without what only its source's silence says: for cutover it is switched off, and its
 * guest tells no address any more. That is no decision about the server.
 */
export function withoutSilence(vm: PlannedVm, { decisions, facts }: KnownSubject, previous: PlannedVm): PlannedVm {
  const { boot, bootReason } = previous;
  const nowOff = decisions.boot === undefined && boot && facts.powerState !== "poweredOn";
  const nics = vm.nics.map((nic) => {
    const was = previous.nics.find(({ deviceKey }) => deviceKey === nic.deviceKey);
    const named = own(decisions.nics, String(nic.deviceKey))?.addresses !== undefined;
    const silent = was !== undefined && !named && nic.fixedIps.length === 0;
    return silent ? { ...nic, fixedIps: was.fixedIps, reason: was.reason } : nic;
  });
  return { ...vm, nics, ...(nowOff ? { boot, bootReason } : {}) };
}
