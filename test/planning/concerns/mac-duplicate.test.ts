import { nic } from "../fixtures.ts";
import { finds, mac, mark, one, onFlat, onTwoTargets, port, several, silent, testRule } from "./cases.ts";

testRule("mac.duplicate", [
  finds(
    "one MAC twice in the wave",
    several({ a: { nics: [nic(4000, mac, "10.20.0.9")] }, b: { nics: [nic(4000, mac.toUpperCase(), "10.20.0.8")] } }),
    ["a", "Critical", /that of b-nic-4000/],
    ["b", "Critical", /that of a-nic-4000/],
  ),
  silent(
    "one MAC in two networks",
    several({ a: onFlat, b: { nics: [nic(4000, mac, "10.30.0.8", { network: "DMZ" })] } }),
  ),
  finds(
    "a VM that is left out, and tells only that VM's reader",
    several({ a: onFlat, b: onFlat }, { b: { exclude: true } }),
    ["b", "Information", /that of a-nic-4000/],
  ),
  finds("a MAC of the cloud, in capitals", one(onFlat, {}, { ports: [port({ macAddress: "00:50:56:00:00:01" })] }), [
    "web01",
    "Critical",
    /port p1 \(somebody\)/,
  ]),
  silent(
    "two NICs to which Neutron gives a MAC",
    several({ a: { nics: [nic(4000, null, "10.20.0.9")] }, b: { nics: [nic(4000, null, "10.20.0.8")] } }),
  ),
  silent("its own port", one(onFlat, {}, { ports: [port({ macAddress: mac, mark: mark("web01") })] })),
  finds(
    "another stack's port",
    one(onFlat, {}, { ports: [port({ macAddress: mac, mark: mark("web01", "wavelift/x") })] }),
    ["web01", "Critical", /port p1/],
  ),
  finds(
    "one MAC on two targets that lead to one network",
    onTwoTargets(onFlat, { nics: [nic(4000, mac, "10.20.0.8")] }),
    ["a", "Critical", /that of b-nic-4000/],
    ["b", "Critical", /that of a-nic-4000/],
  ),
]);
