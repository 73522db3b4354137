import { nic } from "../fixtures.ts";
import { finds, mac, one, silent, testRule } from "./cases.ts";

testRule("address.none", [
  finds("a NIC without address", one({ nics: [nic(4000, mac, null)] }), ["web01", "Warning", /NIC 4000/]),
  silent("no address on purpose", one({ nics: [nic(4000, mac, null)] }, { nics: { "4000": { addresses: [] } } })),
]);
