import { finds, onFlat, one, openNetwork, testRule } from "./cases.ts";

testRule("port-security.off", [
  finds("a network without port security", one(onFlat, {}, openNetwork()), ["web01", "Warning", /NIC 4000/]),
]);
