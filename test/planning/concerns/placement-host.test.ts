import { finds, one, silent, testRule } from "./cases.ts";

testRule("placement.host", [
  finds(
    "a licence's hosts",
    one({
      placementRules: [
        { name: "oracle", kind: "hostAffinity", enabled: true },
        { name: "old", kind: "hostAntiAffinity", enabled: true },
      ],
    }),
    ["web01", "Warning", /rule old keeps the VM off certain hosts/],
    ["web01", "Warning", /rule oracle ties the VM to certain hosts/],
  ),
  silent(
    "a rule that is switched off, and one of VMs",
    one({
      placementRules: [
        { name: "a", kind: "hostAffinity", enabled: false },
        { name: "b", kind: "affinity", enabled: true },
      ],
    }),
  ),
]);
