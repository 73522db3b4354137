import { finds, one, testRule } from "./cases.ts";

testRule("vm.suspended", [
  finds("a suspended VM", one({ powerState: "suspended" }), ["web01", "Critical", /suspended/]),
]);
