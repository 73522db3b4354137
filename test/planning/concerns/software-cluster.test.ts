import { finds, onFlat, one, silent, testRule } from "./cases.ts";

testRule("software.cluster", [
  finds(
    "a failover cluster whose address nobody named",
    one({ software: ["clussvc.exe"] }),
    ["web01", "Warning", /Windows failover cluster runs in the guest/],
    ["web01", "Warning", /no cluster address is known/],
  ),
  finds("a cluster with its address", one({ ...onFlat, software: ["/usr/sbin/corosync"], vips: ["10.20.0.100"] }), [
    "web01",
    "Warning",
    /Corosync/,
  ]),
  silent("no cluster", one({ software: ["nginx"] })),
]);
