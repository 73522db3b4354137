import { nic, offer } from "../fixtures.ts";
import { finds, mac, mark, onFlat, one, port, several, silent, testRule } from "./cases.ts";

const subnets = offer().subnets.map((subnet) => ({
  ...subnet,
  allocationPools:
    subnet.ipVersion === 4
      ? [
          { start: "10.20.0.9", end: "10.20.0.12" },
          { start: "10.20.0.200", end: "10.20.0.254" },
        ]
      : [{ start: "2001:db8:30::100", end: "2001:db8:30::1ff" }],
}));
const vm = (last: number) => ({ nics: [nic(4000, `00:50:56:00:01:${10 + last}`, `10.20.0.${last}`)] });

testRule("address.in-pool", [
  finds("the first address of a pool", one(onFlat, {}, { subnets }), [
    null,
    "Warning",
    /^10\.20\.0\.9 of web01 in the allocation pool of subnet sub-1-name \(10\.20\.0\.9-10\.20\.0\.12, /,
  ]),
  finds(
    "the VMs of one subnet at once",
    several(Object.fromEntries([7, 9, 10, 11, 12, 13].map((last) => [`vm${last}`, vm(last)])), {}, { subnets }),
    [null, "Warning", /^10\.20\.0\.10 of vm10, 10\.20\.0\.11 of vm11, 10\.20\.0\.12 of vm12, 10\.20\.0\.9 of vm9 in/],
  ),
  finds("an IPv6 address", one({ nics: [nic(4000, mac, "2001:DB8:30:0::1ff", { network: "DMZ" })] }, {}, { subnets }), [
    null,
    "Warning",
    /2001:db8:30::1ff of web01/,
  ]),
  silent("an address beside the pools", one(vm(13), {}, { subnets })),
  silent("a port that is there", one(onFlat, {}, { subnets, ports: [port({ macAddress: mac, mark: mark("web01") })] })),
]);
