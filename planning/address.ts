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
