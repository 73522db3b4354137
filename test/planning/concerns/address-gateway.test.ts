import { nic } from "../fixtures.ts";
import { finds, mac, one, testRule } from "./cases.ts";

testRule("address.gateway", [
  finds("the gateway's address", one({ nics: [nic(4000, mac, "10.20.0.1")] }), [
    "web01",
    "Critical",
    /10\.20\.0\.1 of web01-nic-4000 is the gateway/,
  ]),
]);
