import { nic, offer } from "../fixtures.ts";
import { finds, mac, onFlat, one, silent, testRule } from "./cases.ts";

const without = (...ids: string[]) => ({
  subnets: offer().subnets.map((subnet) => ({ ...subnet, dhcp: !ids.includes(subnet.id) })),
});
const anyAddress = { nics: [nic(4000, mac, null)] };

testRule("address.no-dhcp", [
  finds("a port of any address where nothing tells the guest which", one(anyAddress, {}, without("sub-1")), [
    "web01",
    "Warning",
    /web01-nic-4000 gets any address of network lab-flat, .*"4000": \{addresses/,
  ]),
  finds("guests with addresses, which must have them by hand", one(onFlat, {}, without("sub-1")), [
    null,
    "Information",
    /subnet sub-1-name has no DHCP: .*: web01$/,
  ]),
  silent(
    "a port of any address where one of two subnets has DHCP",
    one({ nics: [nic(4000, mac, null, { network: "DMZ" })] }, {}, without("sub-2")),
  ),
  silent("subnets with DHCP", one(onFlat)),
]);
