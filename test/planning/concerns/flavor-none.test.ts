import { finds, one, testRule } from "./cases.ts";

testRule("flavor.none", [
  finds("no flavor that fits", one({ cpus: 64 }), ["web01", "Critical", /no flavor has >= 64 vCPUs/]),
]);
