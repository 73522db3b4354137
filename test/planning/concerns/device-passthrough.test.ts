import { finds, one, silent, testRule } from "./cases.ts";

testRule("device.passthrough", [
  finds("a GPU", one({ devices: [{ kind: "passthrough", label: "PCI device 0\n" }] }), [
    "web01",
    "Critical",
    /PCI device 0\\u\{a\}: take it out/,
  ]),
  silent("an SR-IOV NIC", one({ devices: [{ kind: "sriov", label: "NIC" }] })),
]);
