import { finds, one, several, silent, testRule } from "./cases.ts";

const zones = { availabilityZones: ["az1", "az2"], volumeZones: ["nova"] };

testRule("zone.unnamed", [
  finds(
    "VMs without a zone where there are two",
    several({ a: {}, b: {}, c: {} }, { b: { availabilityZone: "az1" } }, zones),
    [null, "Information", /target lab has the zones az1, az2 for servers and nova for volumes, .*: a, c$/],
  ),
  silent("a target of one zone", one({})),
]);
