import type { Fault } from "../fault.ts";
import { shown } from "../shown.ts";
import { flagAt, nodesOf, plainName, refAt, refOf, textAt, wholeAt, type Ref } from "../vsphere/node-values.ts";
import { ancestorName, type Places } from "../vsphere/places.ts";
import type { ManagedObject } from "../vsphere/retrieve.ts";
import type { XmlNode } from "../vsphere/xml-node.ts";
import { checkedVm, FoundVm, sourceFault, type Finding } from "./reader.ts";
import { hasTpm, vsphereDevices } from "./vsphere-devices.ts";
import { bootDisks, vsphereDisks } from "./vsphere-disks.ts";
import { diskUuidVisible, extraOption, guestDisksOf, snapshotsOf, softwareIn, toolsStateOf } from "./vsphere-guest.ts";
import { networkRefs, vsphereNics } from "./vsphere-nics.ts";
import { placementRules } from "./vsphere-rules.ts";

/** What is asked of every VM (vSphere API: VirtualMachine). */
export const VM_PATHS: readonly string[] = [
  ...["name", "parent", "parentVApp", "customValue", "snapshot", "layoutEx"],
  ...["runtime.host", "runtime.powerState", "runtime.connectionState", "runtime.faultToleranceState"],
  "runtime.consolidationNeeded",
  ...["config.instanceUuid", "config.template", "config.guestId", "config.guestFullName", "config.version"],
  ...["config.firmware", "config.bootOptions", "config.hardware", "config.extraConfig", "config.annotation"],
  ...["config.changeTrackingEnabled", "config.cpuHotAddEnabled", "config.memoryHotAddEnabled"],
  ...["config.cpuAffinity", "config.memoryAffinity", "config.flags", "datastore"],
  ...["guest.hostName", "guest.guestFullName", "guest.toolsRunningStatus", "guest.toolsVersionStatus2"],
  ...["guest.net", "guest.ipStack", "guest.disk"],
];

/** What a VM lies in and is connected to: known before it is mapped. */
export function surroundingsOf({ properties }: ManagedObject): (Ref | null)[] {
  const devices = nodesOf(properties.get("config.hardware"), "device");
  return [
    ...["parent", "parentVApp", "runtime.host"].map((path) => refIn(properties.get(path))),
    ...datastoresOf(properties.get("datastore")),
    ...devices.map((device) => refAt(device, "backing", "datastore")),
    ...networkRefs(devices),
  ];
}

const datastoresOf = (list: XmlNode | undefined): Ref[] => list?.children.flatMap((one) => refOf(one) ?? []) ?? [];

const refIn = (node: XmlNode | undefined): Ref | null =>
  node?.ref === undefined || node.ref === null ? null : { type: node.ref, id: node.text };

/** The cluster that a VM's host is in. */
export function clusterOf({ properties }: ManagedObject, places: Places): Ref | null {
  const ancestors = places.ancestors(refIn(properties.get("runtime.host")));
  return ancestors.find(({ type }) => type === "ClusterComputeResource") ?? null;
}

/** What the server says beside the VM's own properties. */
export interface VmContext {
  readonly server: string;
  readonly places: Places;
  /** Names of custom attributes by key. */
  readonly customFields: ReadonlyMap<string, string>;
  readonly tags: readonly string[];
}

/** A VM of the API as a finding, with a fault for each thing of it that cannot be used. Pure. */
export function vsphereVm(object: ManagedObject, context: VmContext): Finding[] {
  const { properties } = object;
  const { server, places } = context;
  const file = `${server} ${object.id}`;
  const at = (path: string): XmlNode | null => properties.get(path) ?? null;
  const text = (path: string): string | null => textAt(at(path));
  const name = plainName(text("name") ?? "");
  const connectionState = text("runtime.connectionState");
  const hardware = at("config.hardware");
  const powerState = PowerState.safeParse(text("runtime.powerState"));
  if (hardware === null || !powerState.success) return [{ fault: unreadable(file, name, object) }];
  const devices = nodesOf(hardware, "device");
  const options = nodesOf(at("config.extraConfig"), "OptionValue");
  const changeTracking = flagAt(at("config.changeTrackingEnabled"));
  const { disks, wrong } = vsphereDisks({
    devices,
    changeTracking,
    bootOrder: bootDisks(at("config.bootOptions")),
    layout: at("layoutEx"),
    datastores: datastoresOf(properties.get("datastore")),
    places,
  });
  const nics = vsphereNics({
    devices,
    guestNet: nodesOf(at("guest.net"), "GuestNicInfo"),
    ipStacks: nodesOf(at("guest.ipStack"), "GuestStackInfo"),
    places,
  });
  const host = refIn(properties.get("runtime.host"));
  const self = { type: object.type, id: object.id };
  const parent = refIn(properties.get("parentVApp")) ?? refIn(properties.get("parent"));
  const faults = wrong.map(({ label, value, expected }) => ({
    fault: sourceFault(
      file,
      name,
      shown(label),
      shown(value, 120),
      expected,
      "see the VM's settings at the source, or leave the VM out",
    ),
  }));
  const firmware = text("config.firmware");
  const version = /^vmx-0*(\d{1,4})$/.exec(text("config.version") ?? "")?.[1];
  const faultTolerance = text("runtime.faultToleranceState");
  return [
    ...faults,
    ...checkedVm(file, {
      source: { kind: "vsphere", id: object.id, server },
      instanceUuid: text("config.instanceUuid")?.toLowerCase() ?? null,
      name,
      powerState: powerState.data,
      template: flagAt(at("config.template")) ?? false,
      cpus: wholeAt(hardware, "numCPU") ?? 0,
      coresPerSocket: positive(wholeAt(hardware, "numCoresPerSocket")),
      memoryMiB: wholeAt(hardware, "memoryMB") ?? 0,
      firmware: firmware === "efi" || firmware === "bios" ? firmware : null,
      // A BIOS has none; servers older than 6.5 do not tell of it and cannot switch it on.
      secureBoot: flagAt(at("config.bootOptions"), "efiSecureBootEnabled") ?? false,
      tpm: hasTpm(devices),
      guestId: text("config.guestId") ?? "",
      hostName: text("guest.hostName"),
      toolsState: toolsStateOf(text("guest.toolsRunningStatus"), text("guest.toolsVersionStatus2")),
      snapshots: snapshotsOf(at("snapshot")),
      changeTracking,
      esxiHost: places.name(host),
      cluster: places.name(clusterOf(object, places)),
      folder: folderOf(places, parent),
      datacenter: ancestorName(places, parent, "Datacenter"),
      hardwareVersion: version === undefined ? null : positive(Number(version)),
      guestName: text("config.guestFullName"),
      guestReportedName: text("guest.guestFullName"),
      cpuHotAdd: flagAt(at("config.cpuHotAddEnabled")),
      memoryHotAdd: flagAt(at("config.memoryHotAddEnabled")),
      // A configuration that names no affinity has none.
      cpuAffinity: nodesOf(at("config.cpuAffinity"), "affinitySet").length > 0,
      numaAffinity:
        (extraOption(options, "numa.nodeAffinity") ?? "") !== "" ||
        nodesOf(at("config.memoryAffinity"), "affinitySet").length > 0,
      diskUuidVisible: diskUuidVisible(flagAt(at("config.flags"), "diskUuidEnabled"), options),
      faultTolerance: faultTolerance === null ? null : faultTolerance !== "notConfigured",
      consolidationNeeded: flagAt(at("runtime.consolidationNeeded")),
      connectionState,
      devices: vsphereDevices(devices),
      guestDisks: guestDisksOf(nodesOf(at("guest.disk"), "GuestDiskInfo")),
      software: softwareIn(extraOption(options, "guestinfo.appInfo")),
      placementRules: placementRules(places, clusterOf(object, places), self),
      annotation: text("config.annotation"),
      tags: [...context.tags],
      customAttributes: customAttributes(at("customValue"), context.customFields),
      disks,
      nics,
    }),
  ];
}

const PowerState = FoundVm.shape.powerState;

/** A VM without configuration: its host or datastore is away, or the account may not see it. */
function unreadable(file: string, name: string, { id, properties, refused }: ManagedObject): Fault {
  const [path, reason] = [...refused][0] ?? [];
  const state = textAt(properties.get("runtime.connectionState")) ?? "unknown";
  return sourceFault(
    file,
    name === "" ? id : name,
    path ?? "config",
    shown(path === undefined ? `not told (connection state ${state})` : (reason ?? ""), 120),
    "a VM whose configuration can be read",
    path === undefined
      ? "connect its host or datastore again, or remove it from the inventory"
      : 'give the account the role "Read-only" at the top of the inventory, propagated to children',
  );
}

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);

/** Folders from the datacenter's own VM folder down, with "/" between them; null for that folder itself. */
function folderOf(places: Places, parent: Ref | null): string | null {
  const above = parent === null ? [] : [parent, ...places.ancestors(parent)];
  const end = above.findIndex(({ type }) => type === "Datacenter");
  const inside = (end < 0 ? above : above.slice(0, end)).filter(({ type }) => ["Folder", "VirtualApp"].includes(type));
  // The last one is the datacenter's folder of VMs, which people do not see.
  const names = inside.slice(0, end < 0 ? undefined : -1).map((ref) => places.name(ref) ?? ref.id);
  return names.length === 0 ? null : names.reverse().join("/");
}

function customAttributes(values: XmlNode | null, names: ReadonlyMap<string, string>): Record<string, string> {
  const found = (values?.children ?? []).flatMap((value): [string, string][] => {
    const key = textAt(value, "key");
    const text = textAt(value, "value");
    return key === null || text === null ? [] : [[names.get(key) ?? key, text]];
  });
  return Object.fromEntries(found);
}
