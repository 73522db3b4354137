import { nic } from "../fixtures.ts";
import { finds, mac, one, testRule } from "./cases.ts";

testRule("address.outside-subnet", [
  finds("an address outside the subnet", one({ nics: [nic(4000, mac, "192.168.1.1")] }), [
    "web01",
    "Critical",
    /192\.168\.1\.1 of NIC 4000 is not in network lab-flat \(one of 10\.20\.0\.0\/24\)/,
  ]),
]);
