import { finds, silent, testRule, withSource } from "./cases.ts";

testRule("cluster.drs", [
  finds(
    "the VM's cluster, once for all its VMs",
    withSource(
      { cluster: "C1" },
      {
        clusters: [
          { name: "C1", drs: true },
          { name: "C2", drs: true },
        ],
      },
    ),
    [null, "Information", /cluster C1 \(1 of these VMs\) has DRS on/],
  ),
  silent(
    "a cluster of that name in another datacenter",
    withSource({ cluster: "C1", datacenter: "Berlin" }, { clusters: [{ name: "C1", datacenter: "Bonn", drs: true }] }),
  ),
  silent("a cluster of which nothing is known", withSource({ cluster: "C1" }, { clusters: [{ name: "C1" }] })),
]);
