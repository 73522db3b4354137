import { finds, one, testRule } from "./cases.ts";

testRule("group.not-on-target", [
  finds(
    "groups of other targets",
    one(
      {},
      { serverGroup: "pair" },
      {},
      {
        securityGroups: { web: { targets: [] } },
        serverGroups: { pair: { policy: "anti-affinity", targets: [] } },
      },
    ),
    ["web01", "Critical", /security group web/],
    ["web01", "Critical", /server group pair/],
  ),
]);
