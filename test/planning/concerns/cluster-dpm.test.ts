import { finds, silent, testRule, withSource } from "./cases.ts";

testRule("cluster.dpm", [
  finds("a cluster that switches hosts off", withSource({ cluster: "C1" }, { clusters: [{ name: "C1", dpm: true }] }), [
    null,
    "Information",
    /has DPM on: switch it off/,
  ]),
  silent("a cluster that does not", withSource({ cluster: "C1" }, { clusters: [{ name: "C1", dpm: false }] })),
]);
