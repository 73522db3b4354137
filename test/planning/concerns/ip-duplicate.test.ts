import { nic } from "../fixtures.ts";
import { finds, fixed, mac, mark, one, onFlat, onTwoTargets, port, several, silent, testRule } from "./cases.ts";

testRule("ip.duplicate", [
  finds(
    "one address twice in the wave, in two spellings",
    several({
      a: { nics: [nic(4000, mac, "2001:db8:30::5", { network: "DMZ" })] },
      b: { nics: [nic(4000, "00:50:56:00:00:02", "2001:DB8:30:0::5", { network: "DMZ" })] },
    }),
    ["a", "Critical", /2001:db8:30::5 of a-nic-4000 is also that of b-nic-4000/],
    ["b", "Critical", /that of a-nic-4000/],
  ),
  finds("an address of the cloud", one(onFlat, {}, { ports: [port({ fixedIps: fixed("10.20.0.9") })] }), [
    "web01",
    "Critical",
    /10\.20\.0\.9 .* port p1/,
  ]),
  finds(
    "the DHCP agent's address",
    one(onFlat, {}, { ports: [port({ fixedIps: fixed("10.20.0.9"), deviceOwner: "network:dhcp" })] }),
    ["web01", "Critical", /allocation pool/],
  ),
  silent("its own address", one(onFlat, {}, { ports: [port({ fixedIps: fixed("10.20.0.9"), mark: mark("web01") })] })),
  finds(
    "one address on two targets that lead to one network",
    onTwoTargets(onFlat, { nics: [nic(4000, "00:50:56:00:00:02", "10.20.0.9")] }),
    ["a", "Critical", /10\.20\.0\.9 of a-nic-4000 is also that of b-nic-4000/],
    ["b", "Critical", /that of a-nic-4000/],
  ),
]);
