import { finds, one, testRule } from "./cases.ts";

testRule("target.unknown", [
  finds("a target that could not be read", { ...one({}), offers: new Map() }, ["web01", "Critical", /target lab/]),
]);
