import { nic, offer } from "../fixtures.ts";
import { finds, mac, mark, one, port, silent, testRule } from "./cases.ts";

const on = (address: string, network = "VM Network") => ({ nics: [nic(4000, mac, address, { network })] });
const small = (cidr: string) => ({
  subnets: offer().subnets.map((subnet) => (subnet.id === "sub-1" ? { ...subnet, cidr } : subnet)),
});

testRule("address.reserved", [
  finds("the network's address", one(on("10.20.0.0")), [
    "web01",
    "Critical",
    /10\.20\.0\.0 of web01-nic-4000 is the network address of 10\.20\.0\.0\/24/,
  ]),
  finds(
    "the broadcast address of a subnet smaller than the source's",
    one(on("10.20.0.127"), {}, small("10.20.0.0/25")),
    ["web01", "Critical", /10\.20\.0\.127 .* broadcast address of 10\.20\.0\.0\/25/],
  ),
  finds("the first address of an IPv6 subnet", one(on("2001:db8:30::", "DMZ")), [
    "web01",
    "Critical",
    /network address/,
  ]),
  silent("the same address in the larger subnet", one(on("10.20.0.127"))),
  silent("both addresses of a link of two", one(on("10.20.0.1"), {}, small("10.20.0.0/31"))),
  silent("the last address of an IPv6 subnet", one(on("2001:db8:30::ffff:ffff:ffff:ffff", "DMZ"))),
  silent("a port that is there", one(on("10.20.0.0"), {}, { ports: [port({ macAddress: mac, mark: mark("web01") })] })),
]);
