import { finds, silent, testRule, withSource } from "./cases.ts";

testRule("cluster.ha", [
  finds(
    "a cluster that restarts VMs",
    withSource({ cluster: "C1" }, { clusters: [{ name: "C1", highAvailability: true }] }),
    [null, "Information", /high availability on/],
  ),
  silent("a VM of no cluster", withSource({}, { clusters: [{ name: "C1", highAvailability: true }] })),
]);
