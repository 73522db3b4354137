import type { FoundVm } from "../inventory/readers/reader.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import { shown } from "../inventory/shown.ts";
import { changed, type LiveChange } from "./live-change.ts";
import { liveDiskChanges } from "./live-disk-changes.ts";
import { liveNicChanges } from "./live-nic-changes.ts";

export type { LiveChange } from "./live-change.ts";

/**
 * What is another at the source now than when the estate was written: Critical where going on would lose data or copy the
 * wrong thing, Warning where the server would be another than the VM, Information for the rest. Pure.
 */
export function liveChanges(before: EstateVm, now: FoundVm): LiveChange[] {
  // Ids are given again after a vCenter was made anew: then nothing else is worth comparing.
  const another = changed("Critical", "identity (another VM has its id now)", before.instanceUuid, now.instanceUuid);
  if (another.length > 0) return another;
  return [
    ...liveDiskChanges(before.disks, now.disks),
    ...newSnapshots(before, now),
    ...liveNicChanges(before.nics, now.nics),
    ...powerChange(before, now),
    ...changed("Critical", "template", before.template, now.template),
    ...changed("Critical", "firmware", before.firmware, now.firmware),
    ...changed("Warning", "Secure Boot", before.secureBoot, now.secureBoot),
    ...changed("Warning", "vTPM", before.tpm, now.tpm),
    ...changed("Warning", "CPUs", before.cpus, now.cpus),
    ...changed("Warning", "cores per socket", before.coresPerSocket, now.coresPerSocket),
    ...changed("Warning", "memory (MiB)", before.memoryMiB, now.memoryMiB),
    ...changed("Warning", "guest id", before.guestId, now.guestId),
    ...changed("Warning", "connection of its host", before.connectionState, now.connectionState),
    ...changed("Warning", "name", before.name, now.name),
    ...changed("Warning", "fault tolerance", before.faultTolerance, now.faultTolerance),
    ...changed("Warning", "disks need consolidation", before.consolidationNeeded, now.consolidationNeeded),
    ...changed("Warning", "other devices", devicesOf(before), devicesOf(now)),
    ...goneSnapshots(before, now),
    ...changed("Information", "host name in the guest", before.hostName, now.hostName),
    ...changed("Information", "VMware Tools", before.toolsState, now.toolsState),
    ...changed("Information", "ESXi host", before.esxiHost, now.esxiHost),
    ...changed("Information", "cluster", before.cluster, now.cluster),
    ...changed("Information", "change tracking", before.changeTracking, now.changeTracking),
  ];
}

/** From then on the disk is a chain of files, and what the estate names is an older state. */
function newSnapshots(before: EstateVm, now: FoundVm): LiveChange[] {
  const known = new Set(before.snapshots.map(({ id }) => id));
  return now.snapshots
    .filter(({ id }) => !known.has(id))
    .map(({ name }) => ({ category: "Critical", text: `new snapshot ${shown(name)}` }));
}

/** That one is gone is what the rule snapshot.present asks for: the estate only does not know it yet. */
function goneSnapshots(before: EstateVm, now: FoundVm): LiveChange[] {
  const there = new Set(now.snapshots.map(({ id }) => id));
  return before.snapshots
    .filter(({ id }) => !there.has(id))
    .map(({ name }) => ({ category: "Information", text: `the snapshot ${shown(name)} is gone` }));
}

/** Suspended: what the guest has in memory would be lost. Else: whether it gets a server is decided from the estate. */
function powerChange(before: EstateVm, now: FoundVm): LiveChange[] {
  return changed(now.powerState === "suspended" ? "Critical" : "Warning", "power", before.powerState, now.powerState);
}

const devicesOf = ({ devices }: Pick<EstateVm, "devices">): string =>
  devices
    .filter(({ kind }) => kind === "passthrough" || kind === "sriov" || kind === "usb")
    .map(({ kind, label }) => `${kind} ${shown(label)}`)
    .sort()
    .join(", ") || "none";
