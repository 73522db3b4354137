import { nic } from "../fixtures.ts";
import { finds, mac, one, silent, testRule } from "./cases.ts";

const addresses = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) => `10.20.0.${from + index}`);
const withAddresses = (count: number) => ({
  nics: [nic(4000, mac, null, { addresses: addresses(count, 10).map((address) => ({ address, prefixLength: 24 })) })],
});

testRule("port.limits", [
  finds("more cluster addresses than Neutron's default", one({ vips: addresses(11, 100) }), [
    "web01",
    "Warning",
    /11 allowed address pairs; Neutron's max_allowed_address_pair is 10/,
  ]),
  finds("more addresses than older releases take", one(withAddresses(6)), [
    "web01",
    "Warning",
    /6 addresses; Neutron's max_fixed/,
  ]),
  silent("as many as the defaults", one({ ...withAddresses(5), vips: addresses(10, 100) })),
]);
