import { nodeAt, nodesOf, refAt, textAt, wholeAt, type Ref } from "../../inventory/vsphere/node-values.ts";
import { retrieveObjects } from "../../inventory/vsphere/retrieve.ts";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { textXml } from "../../inventory/vsphere/soap.ts";
import { ApiFault } from "../../inventory/vsphere/vsphere-error.ts";
import type { XmlNode } from "../../inventory/vsphere/xml-node.ts";
import type { Clock, Log } from "../effects.ts";
import { failed, refused } from "../failure.ts";
import { SourceFault } from "./contents.ts";
import { quote } from "./locate.ts";
import { sourceError } from "./vsphere-fault.ts";

/** What is exported: the disks of a VM that is off, or what a snapshot of it has frozen. */
export interface ExportOrder {
  /** Name of the disk for messages. */
  readonly disk: string;
  /** Managed object id of the VM. */
  readonly vm: string;
  readonly vmName: string;
  /** Managed object id of a snapshot; null: the VM as it is, which must be off. */
  readonly snapshot: string | null;
  /** Where the disk hangs (`ExportedDisk.address`). */
  readonly address: string;
}

/** An export that stands: the server blocks what would change the VM (power on, removal) until it ends. */
export interface Lease {
  /** Address of the disk's stream; "*" as host stands for the server itself. */
  readonly url: string;
  /** SHA-1 of the certificate of the host in `url`; null where none is told. */
  readonly thumbprint: string | null;
  /** It ends this long after the last sign of life; also when this program is killed. */
  readonly timeoutSeconds: number;
  /** A sign of life. @throws when the lease is no more */
  progress(percent: number): Promise<void>;
  /** Ends it: everything was read. */
  complete(): Promise<void>;
  /** Ends it: not everything was read. */
  abort(): Promise<void>;
}

const POLL_MS = 500;
const READY_WITHIN_MS = 10 * 60_000;
const BUSY_POLL_MS = 5000;
const LINE_EVERY_MS = 60_000;

/**
 * Opens a lease (vSphere API: VirtualMachine.ExportVm, VirtualMachineSnapshot.ExportSnapshot; HttpNfcLease) and waits until
 * it is ready. While another task has the VM, it waits and says so.
 * @throws a failure with what to do; {SourceFault} when the server does not answer
 */
export async function openLease(session: VsphereSession, order: ExportOrder, clock: Clock, log: Log): Promise<Lease> {
  const ref = await exported(session, order, clock, log);
  const call = async (method: string, argumentsXml: string): Promise<void> => {
    await session.withLogin(() => session.call(method, ref, argumentsXml, { reads: false }));
  };
  const abort = (): Promise<void> => call("HttpNfcLeaseAbort", "").catch(() => undefined);
  try {
    const info = await ready(session, order, ref, clock);
    const device = deviceOf(info, order);
    return {
      url: textAt(device, "url") ?? "",
      thumbprint: textAt(device, "sslThumbprint"),
      timeoutSeconds: wholeAt(info, "leaseTimeout") ?? 300,
      progress: (percent) => call("HttpNfcLeaseProgress", textXml("percent", String(percent))),
      complete: () => call("HttpNfcLeaseComplete", ""),
      abort,
    };
  } catch (error) {
    await abort();
    throw error;
  }
}

async function exported(session: VsphereSession, order: ExportOrder, clock: Clock, log: Log): Promise<Ref> {
  const { disk, vm, vmName, snapshot } = order;
  const target =
    snapshot === null ? { type: "VirtualMachine", id: vm } : { type: "VirtualMachineSnapshot", id: snapshot };
  const method = snapshot === null ? "ExportVm" : "ExportSnapshot";
  let lastLine = -Infinity;
  for (;;) {
    const answer = await session
      .withLogin(() => session.call(method, target, "", { reads: false }).catch(busyOr(order)))
      .catch((error: unknown) => {
        throw sourceError(disk, error);
      });
    const lease = answer === null ? null : refAt(answer, "returnval");
    if (lease !== null) return lease;
    if (answer !== null) throw failed(`${disk}: ${method} of ${session.server} gave no lease.`);
    if (clock.now() - lastLine >= LINE_EVERY_MS) {
      lastLine = clock.now();
      log(
        `${disk}: waiting: another task has the VM ${quote(vmName)} at ${session.server} (an export of another disk, a backup?)`,
      );
    }
    await clock.sleep(BUSY_POLL_MS);
  }
}

/** Faults of an export that have a meaning of their own; null: another task has the VM. */
function busyOr({ disk, vmName, snapshot }: ExportOrder): (error: unknown) => null {
  return (error) => {
    if (!(error instanceof ApiFault)) throw error;
    switch (error.type) {
      case "TaskInProgress":
        return null;
      case "InvalidPowerState":
        throw failed(
          `${disk}: the VM ${quote(vmName)} is not off, so it is not exported. Switch it off, then run again.`,
        );
      case "NoPermission":
        throw refused(
          `${disk}: the account lacks the privilege ${quote(error.fields.get("privilegeId") ?? "VApp.Export")} on the VM ${quote(vmName)}. Give it "vApp > Export" there: reading alone does not export.`,
        );
      case "ManagedObjectNotFound":
        throw refused(
          `${disk}: the ${snapshot === null ? "VM" : `snapshot ${quote(snapshot)}`} of ${quote(vmName)} is gone. Read the estate again and plan again.`,
        );
      default:
        throw error;
    }
  };
}

/** The lease's info once it is ready. */
async function ready(session: VsphereSession, { disk, vmName }: ExportOrder, ref: Ref, clock: Clock): Promise<XmlNode> {
  const start = clock.now();
  for (;;) {
    const [found] = await session
      .withLogin(() => retrieveObjects(session, [ref], new Map([[ref.type, new Set(["state", "info", "error"])]])))
      .catch((error: unknown) => {
        throw sourceError(disk, error);
      });
    const state = textAt(found?.properties.get("state"));
    const info = found?.properties.get("info");
    if (state === "ready" && info !== undefined) return info;
    if (found === undefined || state === "error" || state === "done")
      throw failed(
        `${disk}: ${session.server} did not export the VM ${quote(vmName)}: ${quote(textAt(found?.properties.get("error"), "localizedMessage") ?? `the lease is ${state ?? "gone"}`)}.`,
      );
    if (clock.now() - start > READY_WITHIN_MS)
      throw new SourceFault(
        `${disk}: ${session.server} did not make the export ready within ${READY_WITHIN_MS / 60_000} min`,
      );
    await clock.sleep(POLL_MS);
  }
}

/**
 * The disk among what is exported. Its key is `/VM/CONTROLLER:UNIT` on every vCenter that was seen; the API only says that
 * it does not change. So exactly one must fit, and the stream's capacity is compared, too.
 */
function deviceOf(info: XmlNode, { disk, address }: ExportOrder): XmlNode {
  const devices = nodesOf(info, "deviceUrl");
  const keyOf = (device: XmlNode): string => textAt(device, "key") ?? "";
  const fitting = devices.filter((device) => keyOf(device).split("/").at(-1) === address);
  const [device] = fitting;
  if (fitting.length === 1 && device !== undefined && nodeAt(device, "url") !== null) return device;
  throw refused(
    `${disk}: the export names no disk ${quote(address)}; it has ${devices.map((one) => quote(keyOf(one))).join(", ") || "none"}. Use another transport for this VM.`,
  );
}
