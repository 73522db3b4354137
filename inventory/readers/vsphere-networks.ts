import type { z } from "zod";
import type { SourceFacts } from "../schema/source.ts";
import { compareText } from "../order.ts";
import { flagAt, nodeAt, nodesOf, refAt, textAt, wholeAt, type Ref } from "../vsphere/node-values.ts";
import type { Places } from "../vsphere/places.ts";
import type { XmlNode } from "../vsphere/xml-node.ts";

type Network = NonNullable<z.input<typeof SourceFacts>["networks"]>[number];

/** A port group of a host's own switch, which only the host tells. */
export interface PortGroup {
  readonly name: string;
  readonly vlan: string | null;
  readonly switch: string | null;
}

/** Port groups of a host, from config.network.portgroup. */
export function portGroupsOf(node: XmlNode | null): PortGroup[] {
  return nodesOf(node, "HostPortGroup").flatMap((group) => {
    const name = textAt(group, "spec", "name");
    const vlan = wholeAt(group, "spec", "vlanId");
    // 4095 lets all VLANs through to the guest (vSphere API: HostPortGroupSpec.vlanId).
    const text = vlan === null ? null : vlan === 4095 ? "0-4094" : String(vlan);
    return name === null ? [] : [{ name, vlan: text, switch: textAt(group, "spec", "vswitchName") }];
  });
}

/** The networks that VMs can be in; uplinks of distributed switches are none. */
export function networkFacts(places: Places, portGroups: readonly PortGroup[]): Network[] {
  const facts = (ref: Ref): Network[] => {
    const name = places.name(ref);
    if (name === null) return [];
    if (ref.type === "OpaqueNetwork") return [{ name, kind: "opaque", vlan: null, switch: null }];
    if (ref.type === "Network") return [standardNetwork(name, portGroups)];
    const config = places.value(ref, "config");
    if (flagAt(config, "uplink") === true) return [];
    const isNsx = textAt(config, "backingType") === "nsx";
    return [
      {
        name,
        kind: isNsx ? "opaque" : "distributed",
        vlan: vlanOf(nodeAt(config, "defaultPortConfig", "vlan")),
        switch: places.name(refAt(config, "distributedVirtualSwitch")),
      },
    ];
  };
  return places.all("Network", "OpaqueNetwork", "DistributedVirtualPortgroup").flatMap(facts);
}

/** Hosts may differ in a port group of the same name: then all that they say is told. */
function standardNetwork(name: string, portGroups: readonly PortGroup[]): Network {
  const own = portGroups.filter((group) => group.name === name);
  const distinct = (values: readonly (string | null)[]): string | null => {
    const found = [...new Set(values.filter((value) => value !== null))].sort(compareText);
    return found.length === 0 ? null : found.join(", ");
  };
  return {
    name,
    kind: "standard",
    vlan: distinct(own.map(({ vlan }) => vlan)),
    switch: distinct(own.map((group) => group.switch)),
  };
}

/** VLAN of a distributed port group: one id, ranges of a trunk, or a private VLAN. */
function vlanOf(vlan: XmlNode | null): string | null {
  if (vlan === null) return null;
  const ranges = nodesOf(vlan, "vlanId");
  if (vlan.type?.includes("Trunk") === true) {
    const texts = ranges.map((range) => [textAt(range, "start"), textAt(range, "end")]);
    return texts.map(([start, end]) => (start === end ? start : `${start ?? ""}-${end ?? ""}`)).join(", ") || null;
  }
  return textAt(vlan, "vlanId") ?? textAt(vlan, "pvlanId");
}
