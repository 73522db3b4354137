import { BlockList, isIPv4, isIPv6, SocketAddress } from "node:net";

/** An address in its one canonical spelling, so that 2001:DB8::1 and 2001:db8:0::1 compare equal. */
export function canonicalAddress(address: string): string {
  return new SocketAddress({ address, family: isIPv6(address) ? "ipv6" : "ipv4" }).address;
}

/** Whether the address lies in the CIDR. An address of the other family does not; nor does anything in a bad CIDR. */
export function inCidr(address: string, cidr: string): boolean {
  const [network = "", bits = ""] = cidr.split("/");
  const family = familyOf(network);
  if (family === null || family !== familyOf(address) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === "ipv4" ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
}

/** Whether the address lies between two others, both included. An address of the other family does not. */
export function inRange(address: string, start: string, end: string): boolean {
  const family = familyOf(address);
  if (family === null || familyOf(start) !== family || familyOf(end) !== family) return false;
  const list = new BlockList();
  try {
    list.addRange(start, end, family);
  } catch {
    // The end comes before the start.
    return false;
  }
  return list.check(address, family);
}

/**
 * What of the subnet no port may have, or null: Neutron refuses the network's own address and the broadcast address of
 * IPv4 (neutron/ipam/utils.py, check_subnet_ip; in /31 and /32 later releases allow them), and the first of IPv6.
 */
export function reservedAddress(address: string, cidr: string): "network" | "broadcast" | null {
  const [network = "", bits = ""] = cidr.split("/");
  if (!inCidr(address, cidr)) return null;
  const isFirst = canonicalAddress(address) === canonicalAddress(network);
  if (isIPv6(address)) return isFirst ? "network" : null;
  if (Number(bits) >= 31) return null;
  if (isFirst) return "network";
  const hosts = 2 ** (32 - Number(bits));
  return numberOf(address) % hosts === hosts - 1 ? "broadcast" : null;
}

/** An IPv4 address as a number. */
function numberOf(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}

/**
 * Whether guests make this address themselves, so that it is nobody's fixed IP: fe80::/10 and 169.254.0.0/16, and
 * loopback.
 */
export function isLinkLocal(address: string): boolean {
  return ["fe80::/10", "169.254.0.0/16", "127.0.0.0/8", "::1/128"].some((cidr) => inCidr(address, cidr));
}

function familyOf(address: string): "ipv4" | "ipv6" | null {
  if (isIPv4(address)) return "ipv4";
  return isIPv6(address) ? "ipv6" : null;
}
