import {
  nodeAt,
  nodesOf,
  plainName,
  refOf,
  flagAt,
  textAt,
  wholeAt,
  type Ref,
} from "../../inventory/vsphere/node-values.ts";
import { openPlaces, type Places } from "../../inventory/vsphere/places.ts";
import { retrieveObjects } from "../../inventory/vsphere/retrieve.ts";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { failed, refused } from "../failure.ts";
import type { DiskSource } from "../job.ts";
import { quote } from "./locate.ts";
import { sourceError } from "./vsphere-fault.ts";

/** What a vCenter or ESXi host says now of the VM that a disk belongs to. Names are as people see them. */
export interface VmNow {
  readonly name: string;
  /** poweredOff, poweredOn, suspended; null: it is not told. */
  readonly powerState: string | null;
  /** connected, disconnected, inaccessible, invalid, orphaned; null: it is not told. */
  readonly connectionState: string | null;
  readonly hasSnapshots: boolean;
  readonly consolidationNeeded: boolean;
  /** Name of the ESXi host that has it. */
  readonly host: string | null;
  /** Its disks by device key. */
  readonly disks: ReadonlyMap<number, DiskNow>;
  /** Its datastores. */
  readonly datastores: readonly DatastoreNow[];
}

interface DiskNow {
  /** In the API's form: `[datastore] path`; null: it is no file. */
  readonly file: string | null;
  /** A raw device mapping: its data is on a LUN, the file only says which. */
  readonly isRaw: boolean;
}

/** A datastore as /folder names it. */
export interface DatastoreNow {
  /** As people see it. */
  readonly name: string;
  /** As the API has it: with "/", "\" and "%" escaped. */
  readonly rawName: string;
  /** Its datacenter's path in the inventory, with the folders that it lies in, raw; "": it is not shown. */
  readonly datacenterPath: string;
  /** VMFS, NFS, NFS41, vsan, VVOL; null: it is not told. */
  readonly type: string | null;
  readonly isAccessible: boolean;
}

const PATHS = [
  ...["name", "snapshot", "datastore", "config.hardware.device"],
  ...["runtime.powerState", "runtime.connectionState", "runtime.consolidationNeeded", "runtime.host"],
];

/**
 * Asks for the VM of a disk.
 * @throws a refusal when the server does not know it or does not show it, {SourceFault} when it does not answer
 */
export async function askVm(session: VsphereSession, disk: string, id: string): Promise<VmNow> {
  const ref: Ref = { type: "VirtualMachine", id };
  try {
    return await session.withLogin(async () => {
      const [vm] = await retrieveObjects(session, [ref], new Map([[ref.type, new Set(PATHS)]]));
      if (vm === undefined)
        throw refused(
          `${disk}: ${session.server} has no VM with the id ${quote(id)}. Was it removed, or registered anew? Read the estate again and plan again.`,
        );
      const [hidden] = vm.refused;
      if (hidden !== undefined)
        throw refused(
          `${disk}: ${session.server} does not show ${hidden[0]} of the VM ${quote(id)} (${quote(hidden[1])}). Give the account the role "Read-only" at the top of the inventory, with "Propagate to children".`,
        );
      const at = (path: string) => vm.properties.get(path) ?? null;
      const host = refOf(at("runtime.host"));
      const stores = at("datastore")?.children.flatMap((one) => refOf(one) ?? []) ?? [];
      const places = openPlaces(session);
      await places.know([host, ...stores]);
      return {
        name: plainName(textAt(at("name")) ?? id),
        powerState: textAt(at("runtime.powerState")),
        connectionState: textAt(at("runtime.connectionState")),
        hasSnapshots: at("snapshot") !== null,
        consolidationNeeded: flagAt(at("runtime.consolidationNeeded")) ?? false,
        host: places.name(host),
        disks: new Map(
          nodesOf(at("config.hardware.device"), "VirtualDevice")
            .filter(({ type }) => type === "VirtualDisk")
            .map((device) => [
              wholeAt(device, "key") ?? -1,
              {
                file: textAt(device, "backing", "fileName"),
                isRaw: nodeAt(device, "backing")?.type?.includes("RawDisk") ?? false,
              },
            ]),
        ),
        datastores: stores.map((store) => datastoreOf(places, store, session.rootFolder)),
      };
    });
  } catch (error) {
    throw sourceError(disk, error);
  }
}

function datastoreOf(places: Places, ref: Ref, root: Ref): DatastoreNow {
  const rawName = textAt(places.value(ref, "name")) ?? "";
  const above = places.ancestors(ref);
  const at = above.findIndex(({ type }) => type === "Datacenter");
  const datacenter = at < 0 ? [] : above.slice(at).filter(({ id }) => id !== root.id);
  const path = datacenter.map((one) => textAt(places.value(one, "name")) ?? "");
  const summary = places.value(ref, "summary");
  return {
    name: plainName(rawName),
    rawName,
    datacenterPath: path.reverse().join("/"),
    type: textAt(summary, "type"),
    isAccessible: flagAt(summary, "accessible") ?? true,
  };
}

/** Why the VM's disks may be written to now, or are not whole by themselves; empty when they are at rest. */
export function unrest(vm: VmNow, server: string): string[] {
  const where = `the VM ${quote(vm.name)}${vm.host === null ? "" : ` on ${quote(vm.host)}`}`;
  if (vm.connectionState !== "connected")
    return [
      `${server} cannot tell whether ${where} runs: its connection state is ${quote(vm.connectionState ?? "unknown")}. See that its host is connected and the VM is not orphaned`,
    ];
  return [
    ...(vm.powerState === "poweredOff"
      ? []
      : [`${where} is ${quote(vm.powerState ?? "in an unknown state")} (${server}): switch it off`]),
    ...(vm.hasSnapshots ? [`${where} has snapshots: remove them all, so that the disk is one whole file`] : []),
    ...(vm.consolidationNeeded ? [`${where} needs its disks consolidated (Snapshots > Consolidate)`] : []),
  ];
}

/**
 * The datastore of a disk, which must be where the estate says.
 * @throws a refusal: the disk is gone from the VM, is another file now, or lies elsewhere
 */
export function datastoreOfDisk(vm: VmNow, disk: string, source: DiskSource): DatastoreNow {
  const key = source.origin?.deviceKey ?? -1;
  const found = vm.disks.get(key);
  const expected = `[${source.datastore}] ${source.file}`;
  const again = "Read the estate again and plan again.";
  if (found === undefined) throw refused(`${disk}: the VM ${quote(vm.name)} has no disk ${key} any more. ${again}`);
  const store = vm.datastores.find(({ name }) => name === source.datastore);
  // The API writes the datastore's name either way.
  if (found.file !== expected && found.file !== `[${store?.rawName ?? ""}] ${source.file}`)
    throw refused(
      `${disk}: the disk ${key} of the VM ${quote(vm.name)} is ${found.file === null ? "no file" : quote(found.file)} now, the plan says ${quote(expected)}. ${again}`,
    );
  if (found.isRaw)
    throw refused(
      `${disk}: the disk ${key} of the VM ${quote(vm.name)} is a raw device mapping: its data is on a LUN, not in the datastore. Make it a VMDK (of virtual mode: by Storage vMotion to another format), or move the LUN itself.`,
    );
  if (store === undefined)
    throw refused(`${disk}: the VM ${quote(vm.name)} uses no datastore ${quote(source.datastore)} any more. ${again}`);
  if (!store.isAccessible)
    throw failed(
      `${disk}: the datastore ${quote(store.name)} is not accessible at the moment. See its hosts and storage.`,
    );
  return store;
}
