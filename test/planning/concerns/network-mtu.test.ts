import { network } from "../fixtures.ts";
import { finds, one, several, silent, testRule } from "./cases.ts";

const mtu = (bytes: number | null) => ({ networks: [network("net-1", "lab-flat", { mtu: bytes })] });

testRule("network.mtu", [
  finds("a network of tunnels, once for all VMs", several({ a: {}, b: {} }, {}, mtu(1450)), [
    null,
    "Warning",
    /network lab-flat has an MTU of 1450: .* no MTU of 1500 set by hand: a, b$/,
  ]),
  silent("a network of the usual size", one({}, {}, mtu(1500))),
  silent("a network of large packets", one({}, {}, mtu(9000))),
  silent("a network that tells none", one({}, {}, mtu(null))),
]);
