import { nic } from "../fixtures.ts";
import { finds, mac, one, silent, testRule } from "./cases.ts";

testRule("address.unknown", [
  finds(
    "a running VM without any address",
    one({
      powerState: "poweredOn",
      toolsState: "notRunning",
      nics: [nic(4000, mac, null), nic(4001, "00:50:56:00:00:02", null)],
    }),
    ["web01", "Information", /none of its 2 NICs tells an address \(its tools: notRunning\)/],
  ),
  silent("a VM that is off, which tells none", one({ nics: [nic(4000, mac, null)] })),
  silent(
    "one NIC of two that tells its address",
    one({ powerState: "poweredOn", nics: [nic(4000, mac, null), nic(4001, "00:50:56:00:00:02", "10.20.0.9")] }),
  ),
  silent(
    "a NIC that is not connected",
    one({ powerState: "poweredOn", nics: [nic(4000, mac, null, { connected: false })] }),
  ),
]);
