import { finds, one, silent, testRule } from "./cases.ts";

testRule("placement.vms", [
  finds(
    "a pair that is kept apart",
    one({
      placementRules: [
        { name: "pair", kind: "antiAffinity", enabled: true, others: ["web02", "web03", "web04", "web05"] },
      ],
    }),
    [
      "web01",
      "Information",
      /rule pair keeps the VM apart from web02, web03, web04, and 1 more: make a server group of policy anti-affinity/,
    ],
  ),
  finds(
    "VMs that are kept together",
    one({ placementRules: [{ name: "app", kind: "affinity", enabled: true, others: [] }] }),
    ["web01", "Information", /together with others: .* policy affinity/],
  ),
  silent(
    "a rule that is switched off, and one of hosts",
    one({
      placementRules: [
        { name: "a", kind: "affinity", enabled: false },
        { name: "b", kind: "hostAffinity", enabled: true },
      ],
    }),
  ),
]);
