import { finds, one, silent, testRule } from "./cases.ts";

testRule("device.sriov", [
  finds("an SR-IOV NIC", one({ devices: [{ kind: "sriov", label: "SR-IOV network adapter 7" }] }), [
    "web01",
    "Warning",
    /SR-IOV network adapter 7/,
  ]),
  silent("no device", one({ devices: [] })),
]);
