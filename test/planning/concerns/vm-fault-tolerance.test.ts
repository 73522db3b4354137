import { finds, one, silent, testRule } from "./cases.ts";

testRule("vm.fault-tolerance", [
  finds("fault tolerance", one({ faultTolerance: true }), ["web01", "Warning", /switch it off before the wave/]),
  silent("none", one({ faultTolerance: false })),
]);
