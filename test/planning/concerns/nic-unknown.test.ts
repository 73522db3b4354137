import { finds, one, silent, testRule } from "./cases.ts";

testRule("nic.unknown", [
  finds("a list that is not whole", one({ notTold: ["nics"], nics: [] }), ["web01", "Critical", /tells of 0 NICs/]),
  silent("a VM that has none", one({ nics: [] })),
]);
