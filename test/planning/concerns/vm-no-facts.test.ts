import { finds, several, silent, testRule } from "./cases.ts";

testRule("vm.no-facts", [
  finds("a VM without facts", several({}, { web01: {} }), ["web01", "Critical", /no estate file web01\.json/]),
  finds("an accepted VM without facts that is in no wave file", several({}, { web01: { phase: "accepted" } }), [
    "web01",
    "Critical",
    /no estate file/,
  ]),
  silent("a rolled back VM without facts", several({}, { web01: { phase: "absent" } })),
]);
