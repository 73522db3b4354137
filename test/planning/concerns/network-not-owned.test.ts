import { nic } from "../fixtures.ts";
import { finds, mac, member, onFlat, one, silent, testRule } from "./cases.ts";

const vip = { ...onFlat, vips: ["10.20.0.100"] };
const service = { ...member("other"), roles: ["member", "advsvc"] };

testRule("network.not-owned", [
  finds("a member on the network of another project", one(onFlat, {}, member("other")), [
    "web01",
    "Critical",
    /lab-flat of NIC 4000 belongs to project other, .* may not choose a MAC address, a fixed IP there .*\(create_port:mac_address, create_port:fixed_ips:ip_address\)$/,
  ]),
  finds("a MAC alone", one({ nics: [nic(4000, mac, null)] }, {}, member("other")), [
    "web01",
    "Critical",
    /may not choose a MAC address there/,
  ]),
  finds("cluster addresses, which even Neutron's service role may not allow", one(vip, {}, service), [
    "web01",
    "Critical",
    /may not choose address pairs there .*\(create_port:allowed_address_pairs\)$/,
  ]),
  silent("Neutron's service role, which may choose the rest", one(onFlat, {}, service)),
  silent(
    "a NIC without MAC and address, which may have any",
    one({ nics: [nic(4000, null, null)] }, { nics: { "4000": { addresses: [] } } }, member("other")),
  ),
  silent("a member on its own network", one(onFlat, {}, member("project-1"))),
  silent("an admin", one(onFlat, {}, { ...member("other"), isAdmin: true })),
]);
