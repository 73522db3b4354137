import { isIPv4, isIPv6, BlockList } from "node:net";
import type { z } from "zod";
import type { EstateNic } from "../schema/estate.ts";
import { flagAt, nodeAt, nodesOf, plainName, refAt, textAt, wholeAt, type Ref } from "../vsphere/node-values.ts";
import type { Places } from "../vsphere/places.ts";
import type { XmlNode } from "../vsphere/xml-node.ts";

type Nic = z.input<typeof EstateNic>;

/** Adapters by their type (vSphere API: what is derived from VirtualEthernetCard). */
const ADAPTERS: Readonly<Record<string, string | null>> = {
  VirtualVmxnet3: "vmxnet3",
  VirtualVmxnet3Vrdma: "vmxnet3vrdma",
  VirtualVmxnet2: "vmxnet2",
  VirtualVmxnet: "vmxnet",
  VirtualE1000: "e1000",
  VirtualE1000e: "e1000e",
  VirtualPCNet32: "pcnet32",
  VirtualSriovEthernetCard: "sriov",
  VirtualEthernetCard: null,
};

/** Whether a device is a NIC. */
export const isNic = ({ type }: XmlNode): boolean => type !== null && Object.hasOwn(ADAPTERS, type);

/** What NICs need of their VM. */
export interface NicSurroundings {
  readonly devices: readonly XmlNode[];
  /** guest.net: what the guest reports of its NICs. */
  readonly guestNet: readonly XmlNode[];
  /** guest.ipStack: its routes. */
  readonly ipStacks: readonly XmlNode[];
  readonly places: Places;
}

/** A NIC as found: without an address where the server has not made one yet. */
export type FoundNic = Omit<Nic, "macAddress"> & { macAddress: string | null };

/** The NICs of a VM, as its configuration lists them. */
export function vsphereNics({ devices, guestNet, ipStacks, places }: NicSurroundings): FoundNic[] {
  const cards = devices.filter(isNic).flatMap((device) => {
    const key = wholeAt(device, "key");
    return key === null ? [] : [{ device, key, macAddress: textAt(device, "macAddress") }];
  });
  // What the guest reports names the device key; else (a bridge, a bond, older tools) its MAC address does.
  const ownerOf = (net: XmlNode): number | null => {
    const key = wholeAt(net, "deviceConfigId");
    const mac = textAt(net, "macAddress")?.toLowerCase();
    const card = cards.find((one) => one.key === key) ?? cards.find((one) => one.macAddress?.toLowerCase() === mac);
    return mac === undefined && card?.key !== key ? null : (card?.key ?? null);
  };
  const owners = guestNet.map(ownerOf);
  const routes = defaultRoutes(ipStacks);
  return cards.map(({ device, key, macAddress }) => {
    const addresses = guestNet.flatMap((net, index) => (owners[index] === key ? addressesOf(net) : []));
    const distinct = [...new Map(addresses.map((one) => [one.address, one])).values()];
    const own = routes.filter(({ device: index, gateway }) =>
      index === null ? distinct.some((one) => isInside(one, gateway)) : owners[index] === key,
    );
    const connect = nodeAt(device, "connectable");
    return {
      deviceKey: key,
      label: textAt(device, "deviceInfo", "label") ?? `Network adapter ${key}`,
      macAddress,
      network: networkOf(nodeAt(device, "backing"), places),
      adapter: ADAPTERS[device.type ?? ""] ?? null,
      connected: flagAt(connect, "connected") ?? true,
      startConnected: flagAt(connect, "startConnected") ?? true,
      addresses: distinct,
      gateway: (own.find(({ gateway }) => isIPv4(gateway)) ?? own[0])?.gateway ?? null,
    };
  });
}

/** References of the networks that NICs are in. A distributed port group's key is its managed object id. */
export function networkRefs(devices: readonly XmlNode[]): (Ref | null)[] {
  return devices.filter(isNic).flatMap((device) => {
    const backing = nodeAt(device, "backing");
    return [refAt(backing, "network"), portgroupOf(backing)];
  });
}

function portgroupOf(backing: XmlNode | null): Ref | null {
  const key = textAt(backing, "port", "portgroupKey");
  return key === null ? null : { type: "DistributedVirtualPortgroup", id: key };
}

/**
 * Name of a NIC's network. Where nobody may see it the port group's key or the NSX segment's id stands for it: the same
 * text for the same network, so that the plan can map it.
 */
function networkOf(backing: XmlNode | null, places: Places): string {
  const opaque = textAt(backing, "opaqueNetworkId");
  const segment = places
    .all("OpaqueNetwork")
    .find((ref) => opaque !== null && textAt(places.value(ref, "summary"), "opaqueNetworkId") === opaque);
  const portgroup = portgroupOf(backing);
  const named = textAt(backing, "deviceName");
  return (
    places.name(refAt(backing, "network") ?? portgroup ?? segment ?? null) ??
    (named === null ? null : plainName(named)) ??
    portgroup?.id ??
    opaque ??
    ""
  );
}

interface Address {
  readonly address: string;
  readonly prefixLength: number | null;
}

/** Addresses of one network card of the guest. Link-local IPv6 addresses belong to the link: no plan takes them over. */
function addressesOf(net: XmlNode): Address[] {
  const configured = nodesOf(nodeAt(net, "ipConfig"), "ipAddress").map((one) => ({
    address: textAt(one, "ipAddress") ?? "",
    prefixLength: wholeAt(one, "prefixLength"),
  }));
  const plain = nodesOf(net, "ipAddress").map(({ text }) => ({ address: text, prefixLength: null }));
  const known = new Set(configured.map(({ address }) => address));
  return [...configured, ...plain.filter(({ address }) => !known.has(address))].flatMap(({ address, prefixLength }) => {
    const usable = isIPv4(address) || (isIPv6(address) && !address.includes("%") && !linkLocal.check(address, "ipv6"));
    const longest = isIPv4(address) ? 32 : 128;
    const fits = prefixLength !== null && prefixLength >= 0 && prefixLength <= longest;
    return usable ? [{ address, prefixLength: fits ? prefixLength : null }] : [];
  });
}

const linkLocal = new BlockList();
linkLocal.addSubnet("fe80::", 10, "ipv6");

interface Route {
  readonly gateway: string;
  /** Position in guest.net of the card that it goes over; null when the guest does not tell. */
  readonly device: number | null;
}

/** Routes to everywhere (vSphere API: GuestStackInfo.ipRouteConfig; its `device` is the position in guest.net). */
function defaultRoutes(ipStacks: readonly XmlNode[]): Route[] {
  return ipStacks.flatMap((stack) =>
    nodesOf(nodeAt(stack, "ipRouteConfig"), "ipRoute").flatMap((route) => {
      const network = textAt(route, "network");
      const gateway = textAt(route, "gateway", "ipAddress") ?? "";
      const isDefault = wholeAt(route, "prefixLength") === 0 && (network === "0.0.0.0" || network === "::");
      const isUsable = isIPv4(gateway) ? gateway !== "0.0.0.0" : isIPv6(gateway) && !gateway.includes("%");
      return isDefault && isUsable ? [{ gateway, device: wholeAt(route, "gateway", "device") }] : [];
    }),
  );
}

function isInside({ address, prefixLength }: Address, gateway: string): boolean {
  if (prefixLength === null || isIPv4(address) !== isIPv4(gateway)) return false;
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const subnet = new BlockList();
  subnet.addSubnet(address, prefixLength, family);
  return subnet.check(gateway, family);
}
