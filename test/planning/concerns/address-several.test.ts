import { nic } from "../fixtures.ts";
import { finds, mac, one, silent, testRule } from "./cases.ts";

testRule("address.several", [
  finds(
    "a NIC with two IPv4 addresses",
    one({ nics: [nicWith(["10.20.0.9", "10.20.0.10", "fe80::1", "169.254.1.1"])] }),
    ["web01", "Information", /NIC 4000 has 2 IPv4 addresses \(10\.20\.0\.9, 10\.20\.0\.10\)/],
  ),
  silent("an address of each family", one({ nics: [nicWith(["10.20.0.9"])] })),
]);

function nicWith(addresses: readonly string[]) {
  return nic(4000, mac, null, { addresses: addresses.map((address) => ({ address, prefixLength: 24 })) });
}
