import { nic, offer } from "../fixtures.ts";
import { finds, mac, mark, one, port, silent, testRule } from "./cases.ts";

const onSix = { nics: [nic(4000, mac, "2001:db8:30::5", { network: "DMZ" })] };
const subnets = offer().subnets.map((subnet) => ({ ...subnet, automatic: subnet.ipVersion === 6 }));

testRule("address.automatic", [
  finds("an address in a subnet with SLAAC", one(onSix, {}, { subnets }), [
    "web01",
    "Critical",
    /2001:db8:30::5 of web01-nic-4000 .* sub-6-name, which gives each port the address of its MAC: .*"4000": \{addresses/,
  ]),
  silent("an address in a subnet that Neutron gives addresses in", one(onSix)),
  silent(
    "a port that is there",
    one(onSix, {}, { subnets, ports: [port({ networkId: "net-2", macAddress: mac, mark: mark("web01") })] }),
  ),
]);
