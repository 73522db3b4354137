import type { z } from "zod";
import type { SourceFacts } from "../schema/source.ts";
import { compareText } from "../order.ts";
import { flagAt, nodesOf, refAt, textAt, wholeAt, type Ref } from "../vsphere/node-values.ts";
import { ancestorName, type Places } from "../vsphere/places.ts";
import type { About } from "../vsphere/session.ts";
import { networkFacts, type PortGroup } from "./vsphere-networks.ts";

type Facts = z.input<typeof SourceFacts>;

/** What a server says of itself, from the objects around its VMs. Pure. */
export function vsphereSource(
  server: string,
  about: About,
  places: Places,
  portGroups: readonly PortGroup[],
): z.input<typeof SourceFacts> {
  const named = <T>(refs: readonly Ref[], factsOf: (ref: Ref, name: string) => T): T[] =>
    refs.flatMap((ref) => {
      const name = places.name(ref);
      return name === null ? [] : [factsOf(ref, name)];
    });
  return {
    version: 1,
    server,
    kind: "vsphere",
    product: about.fullName,
    hosts: named(places.all("HostSystem"), (ref, name) => hostFacts(places, ref, name)),
    clusters: named(places.all("ClusterComputeResource"), (ref, name) => clusterFacts(places, ref, name)),
    datastores: named(places.all("Datastore"), (ref, name) => datastoreFacts(places, ref, name)),
    networks: networkFacts(places, portGroups),
  };
}

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);
const size = (value: number | null): number | null => (value !== null && value >= 0 ? value : null);

function hostFacts(places: Places, ref: Ref, name: string): NonNullable<Facts["hosts"]>[number] {
  const hardware = places.value(ref, "summary.hardware");
  const memory = wholeAt(hardware, "memorySize");
  return {
    name,
    cluster: ancestorName(places, ref, "ClusterComputeResource"),
    product: textAt(places.value(ref, "summary.config.product"), "fullName"),
    cpuCores: positive(wholeAt(hardware, "numCpuCores")),
    memoryMiB: memory === null ? null : positive(Math.floor(memory / 2 ** 20)),
    connectionState: textAt(places.value(ref, "runtime.connectionState")),
    maintenance: flagAt(places.value(ref, "runtime.inMaintenanceMode")),
  };
}

function clusterFacts(places: Places, ref: Ref, name: string): NonNullable<Facts["clusters"]>[number] {
  const config = places.value(ref, "configurationEx");
  return {
    name,
    datacenter: ancestorName(places, ref, "Datacenter"),
    drs: flagAt(config, "drsConfig", "enabled"),
    dpm: flagAt(config, "dpmConfigInfo", "enabled"),
    highAvailability: flagAt(config, "dasConfig", "enabled"),
  };
}

function datastoreFacts(places: Places, ref: Ref, name: string): NonNullable<Facts["datastores"]>[number] {
  const summary = places.value(ref, "summary");
  const mode = textAt(summary, "maintenanceMode");
  const mounts = nodesOf(places.value(ref, "host"), "DatastoreHostMount");
  const hosts = mounts.map((mount) => refAt(mount, "key")).map((host) => places.name(host) ?? host?.id ?? "");
  return {
    name,
    datacenter: ancestorName(places, ref, "Datacenter"),
    type: textAt(summary, "type"),
    capacityBytes: size(wholeAt(summary, "capacity")),
    freeBytes: size(wholeAt(summary, "freeSpace")),
    accessible: flagAt(summary, "accessible"),
    maintenance: mode === null ? null : mode !== "normal",
    hosts: hosts.filter((host) => host !== "").sort(compareText),
  };
}
