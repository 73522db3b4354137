import { z } from "zod";
import { knownSoftware } from "../known-software.ts";
import { compareText } from "../order.ts";
import type { EstateVm, GuestDisk } from "../schema/estate.ts";
import { nodesOf, textAt, wholeAt } from "../vsphere/node-values.ts";
import type { XmlNode } from "../vsphere/xml-node.ts";

/** State of VMware Tools, from guest.toolsRunningStatus and guest.toolsVersionStatus2. */
export function toolsStateOf(running: string | null, version: string | null): EstateVm["toolsState"] {
  if (running === "guestToolsRunning" || running === "guestToolsExecutingScripts") return "running";
  if (version === "guestToolsNotInstalled") return "notInstalled";
  return running === "guestToolsNotRunning" ? "notRunning" : "unknown";
}

/** File systems of the guest, from the elements of guest.disk. What has no path or size is left out. */
export function guestDisksOf(disks: readonly XmlNode[]): z.input<typeof GuestDisk>[] {
  return disks.flatMap((disk) => {
    const path = textAt(disk, "diskPath");
    const [capacityBytes, freeBytes] = [wholeAt(disk, "capacity"), wholeAt(disk, "freeSpace")];
    if (path === null || capacityBytes === null || freeBytes === null || capacityBytes < 0 || freeBytes < 0) return [];
    return [{ path, capacityBytes, freeBytes, fileSystem: textAt(disk, "filesystemType") }];
  });
}

/** An option of config.extraConfig; names are compared without case, as vSphere does. */
export function extraOption(options: readonly XmlNode[], name: string): string | null {
  const option = options.find((one) => textAt(one, "key")?.toLowerCase() === name.toLowerCase());
  return option === undefined ? null : (textAt(option, "value") ?? "");
}

const AppInfo = z.looseObject({ applications: z.array(z.looseObject({ a: z.string() })) });

/**
 * Programs that a migration must know of, from guestinfo.appInfo (VMware Tools 11 and newer publish it as JSON, with the
 * process name in `a`); null when the guest publishes nothing that can be read.
 */
export function softwareIn(appInfo: string | null): string[] | null {
  if (appInfo === null) return null;
  try {
    const { applications } = AppInfo.parse(JSON.parse(appInfo));
    const known = applications.map(({ a }) => a).filter((process) => knownSoftware(process) !== null);
    return [...new Set(known)].sort(compareText);
  } catch {
    return null;
  }
}

/** Snapshots of a VM, parents before children, from `snapshot`. */
export function snapshotsOf(info: XmlNode | null): EstateVm["snapshots"] {
  const found: EstateVm["snapshots"] = [];
  const add = (tree: XmlNode, parent: string | null): void => {
    const id = textAt(tree, "snapshot") ?? textAt(tree, "id") ?? String(found.length);
    found.push({ id, name: textAt(tree, "name") ?? "", createdAt: textAt(tree, "createTime"), parent });
    for (const child of nodesOf(tree, "childSnapshotList")) add(child, id);
  };
  for (const root of nodesOf(info, "rootSnapshotList")) add(root, null);
  return found;
}

/** The flag, else the option that sets it: without both the guest does not see them (vSphere API: diskUuidEnabled). */
export function diskUuidVisible(flag: boolean | null, options: readonly XmlNode[]): boolean {
  return flag ?? extraOption(options, "disk.EnableUUID")?.toLowerCase() === "true";
}
