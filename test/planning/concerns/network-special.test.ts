import { finds, silent, testRule, withSource } from "./cases.ts";

testRule("network.special", [
  finds("a trunk", withSource({}, { networks: [{ name: "VM Network", vlan: "100-200" }] }), [
    "web01",
    "Warning",
    /VM Network of NIC 4000 is a trunk \(VLAN 100-200\)/,
  ]),
  finds("all VLANs", withSource({}, { networks: [{ name: "VM Network", vlan: "4095" }] }), [
    "web01",
    "Warning",
    /trunk/,
  ]),
  finds("a network of NSX", withSource({}, { networks: [{ name: "VM Network", kind: "opaque" }] }), [
    "web01",
    "Warning",
    /is NSX's/,
  ]),
  silent(
    "one VLAN",
    withSource(
      {},
      {
        networks: [
          { name: "VM Network", kind: "distributed", vlan: "100" },
          { name: "Trunk", vlan: "1-9" },
        ],
      },
    ),
  ),
]);
