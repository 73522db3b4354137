import { compareText } from "../order.ts";
import { plainName, refAt, type Ref } from "./node-values.ts";
import { retrieveObjects, type ManagedObject } from "./retrieve.ts";
import type { VsphereSession } from "./session.ts";
import type { XmlNode } from "./xml-node.ts";

/** What is asked of each type of object around the VMs. Types that are not here are not asked for. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  Folder: ["name", "parent"],
  StoragePod: ["name", "parent"],
  Datacenter: ["name", "parent"],
  ComputeResource: ["name", "parent"],
  ClusterComputeResource: ["name", "parent", "configurationEx"],
  VirtualApp: ["name", "parentFolder", "parent"],
  ResourcePool: ["name", "parent"],
  HostSystem: [
    "name",
    "parent",
    "summary.config.product",
    "summary.hardware",
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
  ],
  Datastore: ["name", "parent", "summary", "host"],
  Network: ["name", "parent"],
  OpaqueNetwork: ["name", "parent", "summary"],
  DistributedVirtualPortgroup: ["name", "parent", "key", "config"],
  DistributedVirtualSwitch: ["name", "parent"],
  VmwareDistributedVirtualSwitch: ["name", "parent"],
  VirtualMachine: ["name"],
};

/** Objects of one type that are asked for at a time. */
const BATCH = 100;

/** The objects around VMs: hosts, clusters, folders, datastores, networks; fetched once, when they are first needed. */
export interface Places {
  /** Fetches what is not known of these yet, and all that they lie in. Objects that nobody may see stay unknown. */
  know(refs: readonly (Ref | null)[]): Promise<void>;
  /** A value of an object; null when it is unknown. */
  value(ref: Ref | null, path: string): XmlNode | null;
  /** Its name as people see it; null when it is unknown. */
  name(ref: Ref | null): string | null;
  /** What it lies in, nearest first. */
  ancestors(ref: Ref | null): readonly Ref[];
  /** All known ones of these types, in order of id: the server's order is none. */
  all(...types: readonly string[]): readonly Ref[];
}

export function openPlaces(session: VsphereSession): Places {
  const known = new Map<string, ManagedObject>();
  const asked = new Set<string>();
  const paths = Object.fromEntries(
    Object.entries(PATHS).map(([type, wanted]) => [type, new Map([[type, new Set(wanted)]])]),
  );
  const value: Places["value"] = (ref, path) =>
    ref === null ? null : (known.get(ref.id)?.properties.get(path) ?? null);
  /** A vApp lies in a folder as a VM does, and beside that in a resource pool. */
  const parentOf = (ref: Ref): Ref | null => refAt(value(ref, "parentFolder")) ?? refAt(value(ref, "parent"));

  return {
    async know(refs) {
      let wanted = refs.filter((ref) => ref !== null);
      while (wanted.length > 0) {
        const fresh = new Map(wanted.filter(({ id }) => !asked.has(id)).map((ref) => [ref.id, ref]));
        for (const [type, typePaths] of Object.entries(paths)) {
          const ofType = [...fresh.values()].filter((ref) => ref.type === type);
          for (let start = 0; start < ofType.length; start += BATCH) {
            const batch = ofType.slice(start, start + BATCH);
            const found = await session.withLogin(() => retrieveObjects(session, batch, typePaths));
            for (const object of found) known.set(object.id, object);
            for (const { id } of batch) asked.add(id);
          }
        }
        wanted = [...fresh.values()].map(parentOf).filter((ref) => ref !== null);
      }
    },
    value,
    name: (ref) => {
      const text = value(ref, "name")?.text ?? "";
      return text === "" ? null : plainName(text);
    },
    ancestors: (ref) => {
      const found: Ref[] = [];
      const seen = new Set<string>();
      for (let at = ref === null ? null : parentOf(ref); at !== null && !seen.has(at.id); at = parentOf(at)) {
        seen.add(at.id);
        found.push(at);
      }
      return found;
    },
    all: (...types) =>
      [...known.values()].filter(({ type }) => types.includes(type)).sort((a, b) => compareText(a.id, b.id)),
  };
}

/** Name of the nearest ancestor of a type. */
export function ancestorName(places: Places, ref: Ref | null, ...types: readonly string[]): string | null {
  return places.name(places.ancestors(ref).find(({ type }) => types.includes(type)) ?? null);
}
