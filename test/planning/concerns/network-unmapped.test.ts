import { nic } from "../fixtures.ts";
import { finds, mac, one, silent, testRule } from "./cases.ts";

testRule("network.unmapped", [
  finds("an unmapped network", one({ nics: [nic(4000, mac, null, { network: "vlan9" })] }), [
    "web01",
    "Critical",
    /vlan9 of NIC 4000/,
  ]),
  silent(
    "a network that is ignored",
    one({ nics: [nic(4000, mac, null, { network: "vlan9" })] }, { network: "ignore" }),
  ),
]);
