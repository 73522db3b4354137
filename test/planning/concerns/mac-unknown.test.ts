import { nic } from "../fixtures.ts";
import { finds, onFlat, one, silent, testRule } from "./cases.ts";

testRule("mac.unknown", [
  finds("a NIC without MAC", one({ nics: [nic(4000, null, "10.20.0.9")] }), [
    "web01",
    "Warning",
    /no MAC of NIC 4000 \(VM Network\)/,
  ]),
  silent("a NIC with one", one(onFlat)),
]);
