import { createHash } from "node:crypto";
import { nodesOf, plainName, textAt, wholeAt } from "../../inventory/vsphere/node-values.ts";
import { retrieveObjects } from "../../inventory/vsphere/retrieve.ts";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import type { XmlNode } from "../../inventory/vsphere/xml-node.ts";
import { badInput, failed, refused } from "../failure.ts";
import type { DiskSource } from "../job.ts";
import type { Fingerprint } from "../ledger/ledger.ts";
import { quote } from "./locate.ts";
import { sourceError } from "./vsphere-fault.ts";

/** What a server says of a disk that it is to give out itself, and of the disk's VM. */
export interface ExportedDisk {
  /** Name of the VM as people see it. */
  readonly vmName: string;
  /** poweredOff, poweredOn, suspended; null: it is not told. */
  readonly powerState: string | null;
  /** connected, disconnected, inaccessible, invalid, orphaned; null: it is not told. */
  readonly connectionState: string | null;
  /** Where it hangs, as exports name it: class and bus of its controller, and its unit, for example VirtualLsiLogicController0:1. */
  readonly address: string;
  readonly capacityBytes: number;
  /** What shows that it is the same disk with the same contents, by name. No files are seen, so this is all there is. */
  readonly facts: Readonly<Record<string, string>>;
}

const PATHS = [
  ...["name", "config.instanceUuid", "config.changeVersion", "config.hardware.device"],
  ...["runtime.powerState", "runtime.connectionState"],
];

/** Where a disk is at a server. @throws when the plan does not say it */
export function originOf(disk: string, source: DiskSource, transport: string): NonNullable<DiskSource["origin"]> {
  if (source.origin === undefined)
    throw badInput(
      `${disk}: the transport "${transport}" asks the server of the VM, but the plan names none. Plan again.`,
    );
  return source.origin;
}

/**
 * Asks a server for a disk and its VM.
 * @throws a refusal when it does not know or show them, or the disk has another size; {SourceFault} when it does not answer
 */
export async function askDisk(session: VsphereSession, disk: string, source: DiskSource): Promise<ExportedDisk> {
  const { vm, deviceKey } = originOf(disk, source, "lease");
  const ref = { type: "VirtualMachine", id: vm };
  const again = "Read the estate again and plan again.";
  const [found] = await session
    .withLogin(() => retrieveObjects(session, [ref], new Map([[ref.type, new Set(PATHS)]])))
    .catch((error: unknown) => {
      throw sourceError(disk, error);
    });
  if (found === undefined)
    throw refused(
      `${disk}: ${session.server} has no VM with the id ${quote(vm)}. Was it removed, or registered anew? ${again}`,
    );
  const [hidden] = found.refused;
  if (hidden !== undefined)
    throw refused(
      `${disk}: ${session.server} does not show ${hidden[0]} of the VM ${quote(vm)} (${quote(hidden[1])}). Give the account the role "Read-only" at the top of the inventory, with "Propagate to children".`,
    );
  const at = (path: string): XmlNode | null => found.properties.get(path) ?? null;
  const vmName = plainName(textAt(at("name")) ?? vm);
  const devices = nodesOf(at("config.hardware.device"), "VirtualDevice");
  const device = devices.find((one) => one.type === "VirtualDisk" && wholeAt(one, "key") === deviceKey);
  if (device === undefined)
    throw refused(`${disk}: the VM ${quote(vmName)} has no disk ${deviceKey} any more. ${again}`);
  const capacityBytes = wholeAt(device, "capacityInBytes") ?? (wholeAt(device, "capacityInKB") ?? 0) * 1024;
  if (capacityBytes !== source.capacityBytes)
    throw refused(
      `${disk}: the disk ${deviceKey} of the VM ${quote(vmName)} has ${capacityBytes} bytes, the estate says ${source.capacityBytes}. Was it grown, or is it another disk? ${again}`,
    );
  const controller = devices.find((one) => wholeAt(one, "key") === wholeAt(device, "controllerKey"));
  return {
    vmName,
    powerState: textAt(at("runtime.powerState")),
    connectionState: textAt(at("runtime.connectionState")),
    address: `${controller?.type ?? ""}${wholeAt(controller, "busNumber") ?? ""}:${wholeAt(device, "unitNumber") ?? ""}`,
    capacityBytes,
    facts: factsOf(device, textAt(at("config.instanceUuid")), textAt(at("config.changeVersion"))),
  };
}

/**
 * The content id (CID) of a disk is another one after the first write that follows its opening (vSphere API,
 * VirtualDiskFlatVer2BackingInfo.contentId: up to date when no running VM has it open). Where there is none, the version
 * of the VM's configuration stands for it, which is another one after any edit of the VM, too.
 */
function factsOf(device: XmlNode, instanceUuid: string | null, changeVersion: string | null): Record<string, string> {
  const contentId = textAt(device, "backing", "contentId");
  const facts = {
    "instance UUID of the VM": instanceUuid,
    file: textAt(device, "backing", "fileName"),
    "disk UUID": textAt(device, "backing", "uuid"),
    "change id": textAt(device, "backing", "changeId"),
    "content id": contentId,
    "version of the VM's configuration": contentId === null ? changeVersion : null,
  };
  return Object.fromEntries(Object.entries(facts).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** @throws unless the VM of the disk is off, for certain */
export function expectOff(disk: string, server: string, { vmName, powerState, connectionState }: ExportedDisk): void {
  if (connectionState !== "connected")
    throw failed(
      `${disk}: ${server} cannot tell whether the VM ${quote(vmName)} runs: its connection state is ${quote(connectionState ?? "unknown")}. See that its host is connected, then run again.`,
    );
  if (powerState !== "poweredOff")
    throw failed(
      `${disk}: the VM ${quote(vmName)} is ${quote(powerState ?? "in an unknown state")} (${server}). Switch it off, then run again.`,
    );
}

/** The fingerprint of a disk whose files are not seen: what its server tells of it counts as one file. */
export function fingerprintOf({ facts, capacityBytes }: ExportedDisk): Fingerprint {
  const sha256 = createHash("sha256").update(JSON.stringify(facts)).digest("hex");
  return { files: 1, bytes: capacityBytes, sha256 };
}

/** What has changed between two looks at a disk, one line each. */
export function changedFacts(before: ExportedDisk, now: ExportedDisk): string[] {
  const names = new Set([...Object.keys(before.facts), ...Object.keys(now.facts)]);
  return [...names].flatMap((name) => {
    const [was, is] = [before.facts[name] ?? "none", now.facts[name] ?? "none"];
    return was === is ? [] : [`its ${name} was ${quote(was)}, is ${quote(is)}`];
  });
}
