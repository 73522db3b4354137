import { finds, one, silent, testRule } from "./cases.ts";

testRule("numa.affinity", [
  finds("a pinned VM", one({ numaAffinity: true }), ["web01", "Warning", /hw:numa_nodes/]),
  silent("one that is not", one({ numaAffinity: false })),
]);
