import { finds, onFlat, one, openNetwork, silent, testRule } from "./cases.ts";

testRule("security-group.none", [
  finds("a NIC without security group", one({}, { securityGroups: [] }), ["web01", "Warning", /NIC 4000/]),
  silent("a network where none can be", one(onFlat, { securityGroups: [] }, openNetwork())),
]);
